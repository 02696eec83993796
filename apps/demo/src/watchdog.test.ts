import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watchdog, type Verdict, type WatchedVideo } from './watchdog.ts';

/** A video that shows what it is told. */
class FakeVideo {
  srcObject: MediaStream | null = null;
  videoWidth = 512;
  paused = false;
  track: { readyState: 'live' | 'ended' } = { readyState: 'live' };
  #callbacks: (() => void)[] = [];
  #frames = 0;

  attach(): void {
    const { track } = this;
    this.srcObject = { getVideoTracks: () => [track] } as unknown as MediaStream;
  }

  requestVideoFrameCallback(callback: () => void): number {
    return this.#callbacks.push(callback);
  }

  cancelVideoFrameCallback(): void {
    this.#callbacks = [];
  }

  getVideoPlaybackQuality(): VideoPlaybackQuality {
    return { totalVideoFrames: this.#frames } as VideoPlaybackQuality;
  }

  frame(): void {
    this.#frames += 1;
    for (const callback of this.#callbacks.splice(0)) callback();
  }

  play(ms: number): void {
    for (let at = 0; at < ms; at += 40) {
      vi.advanceTimersByTime(40);
      this.frame();
    }
  }
}

let video: FakeVideo;
let verdicts: Verdict[];
let firstFrames: number;
let watchdog: Watchdog | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  video = new FakeVideo();
  verdicts = [];
  firstFrames = 0;
});

afterEach(() => {
  watchdog?.stop();
  vi.useRealTimers();
});

function watch(element: FakeVideo = video): Watchdog {
  watchdog = new Watchdog(element as unknown as WatchedVideo, {
    onVerdict: (verdict) => verdicts.push(verdict),
    onFirstFrame: () => {
      firstFrames += 1;
    },
  });
  return watchdog;
}

test('frames are playing, and the first is told once', () => {
  watch();
  vi.advanceTimersByTime(10_000);
  expect(verdicts).toEqual([]);
  video.attach();
  vi.advanceTimersByTime(1000);
  video.play(5000);
  expect(verdicts).toEqual(['starting', 'playing']);
  expect(firstFrames).toBe(1);
});

test('a freeze is seen within three seconds, and taken back when frames come again', () => {
  video.attach();
  watch();
  video.play(3000);
  vi.advanceTimersByTime(1500);
  expect(verdicts.at(-1)).toBe('playing');
  vi.advanceTimersByTime(1500);
  expect(verdicts.at(-1)).toBe('frozen');
  vi.advanceTimersByTime(60_000);
  expect(verdicts.at(-1)).toBe('frozen');
  video.play(500);
  expect(verdicts).toEqual(['playing', 'frozen', 'playing']);
});

test('a stream without a frame is seen within three seconds', () => {
  watch();
  video.attach();
  vi.advanceTimersByTime(3000);
  expect(verdicts).toEqual(['starting', 'no-video']);
  video.play(200);
  expect(verdicts.at(-1)).toBe('playing');
});

test('connected without a stream is seen within three seconds of when it was said', () => {
  const watching = watch();
  vi.advanceTimersByTime(10_100);
  watching.expectPicture();
  vi.advanceTimersByTime(2400);
  expect(verdicts).toEqual(['starting']);
  vi.advanceTimersByTime(600);
  expect(verdicts).toEqual(['starting', 'no-video']);
  video.attach();
  video.play(500);
  expect(verdicts.at(-1)).toBe('playing');
});

test('a stream counts from when it came, whatever is said later', () => {
  const watching = watch();
  video.attach();
  vi.advanceTimersByTime(2000);
  watching.expectPicture();
  vi.advanceTimersByTime(1000);
  expect(verdicts).toEqual(['starting', 'no-video']);
});

test('a picture that moves already is not expected any more', () => {
  video.attach();
  const watching = watch();
  video.play(1000);
  watching.expectPicture();
  video.play(5000);
  expect(verdicts).toEqual(['playing']);
  expect(firstFrames).toBe(1);
});

test('a video that waits for its first frame calls itself paused, and is watched all the same', () => {
  video.videoWidth = 0;
  video.paused = true;
  video.attach();
  watch();
  vi.advanceTimersByTime(3000);
  expect(verdicts).toEqual(['starting', 'no-video']);
});

test('a video that the browser does not let play yet is not judged', () => {
  video.paused = true;
  video.attach();
  watch();
  vi.advanceTimersByTime(10_000);
  expect(verdicts).toEqual(['paused']);
});

test('the 2 × 2 picture of a track that shows nothing is no frame', () => {
  video.videoWidth = 2;
  video.attach();
  watch();
  video.play(3000);
  expect(firstFrames).toBe(0);
  expect(verdicts.at(-1)).toBe('no-video');
});

test('a frame of a track that has ended is no frame', () => {
  video.attach();
  watch();
  vi.advanceTimersByTime(1000);
  video.track.readyState = 'ended';
  video.play(3000);
  expect(firstFrames).toBe(0);
  expect(verdicts).not.toContain('playing');
});

test('a track that ends is a freeze', () => {
  video.attach();
  watch();
  video.play(1000);
  video.track.readyState = 'ended';
  vi.advanceTimersByTime(3000);
  expect(verdicts.at(-1)).toBe('frozen');
});

test('a video that is paused is not frozen, and has its time again when it goes on', () => {
  video.attach();
  watch();
  video.play(1000);
  video.paused = true;
  vi.advanceTimersByTime(30_000);
  expect(verdicts.at(-1)).toBe('paused');
  video.paused = false;
  vi.advanceTimersByTime(1000);
  expect(verdicts.at(-1)).toBe('paused');
  vi.advanceTimersByTime(2000);
  expect(verdicts.at(-1)).toBe('frozen');
});

test('a page that slept has missed frames, says nothing about them, and has its time again', () => {
  video.attach();
  watch();
  video.play(1000);
  // The last frame has been seen, or it would be taken for one that came after the sleep.
  vi.advanceTimersByTime(250);
  // The clock went on, the page's timers did not.
  const real = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => real() + 60_000);
  vi.advanceTimersByTime(1750);
  expect(verdicts).toEqual(['playing']);
  vi.advanceTimersByTime(1000);
  expect(verdicts).toEqual(['playing', 'frozen']);
  vi.restoreAllMocks();
});

test('where no callback tells of frames, the count of decoded ones does', () => {
  const old = new FakeVideo();
  Object.defineProperty(old, 'requestVideoFrameCallback', { value: undefined });
  old.attach();
  watch(old);
  old.play(1000);
  expect(verdicts.at(-1)).toBe('playing');
  vi.advanceTimersByTime(3000);
  expect(verdicts.at(-1)).toBe('frozen');
});

test('nothing is told once it has stopped', () => {
  video.attach();
  const stopped = watch();
  video.play(1000);
  stopped.stop();
  verdicts = [];
  vi.advanceTimersByTime(10_000);
  video.frame();
  expect(verdicts).toEqual([]);
  expect(stopped.verdict).toBe('playing');
});
