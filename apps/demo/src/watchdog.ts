/**
 * Sees when a face stops moving. The vendors' SDKs do not: with a frozen picture, with none at all, and with a dead
 * media path they go on reporting a good connection, the slowest of them for good. Only frames are proof of frames.
 *
 * It knows no vendor, and watches any <video> that plays a MediaStream.
 *
 * @module
 */

/**
 * `waiting`: no picture is due yet. `starting`: it is, and not yet for too long. `paused`: nobody could see frames now,
 * so their absence says nothing.
 */
export type Verdict = 'waiting' | 'starting' | 'playing' | 'no-video' | 'frozen' | 'paused';

export interface WatchdogOptions {
  /** Told of each new verdict. */
  readonly onVerdict: (verdict: Verdict) => void;
  /** Told once, of the first true frame. */
  readonly onFirstFrame?: () => void;
  /** From when a picture is due to its first frame. Slow networks need longer at times; a verdict is taken back when frames come. */
  readonly noVideoAfterMs?: number;
  readonly frozenAfterMs?: number;
}

/** All verdicts fall within three seconds: the limit, one look, and a moment for the page to draw. */
const NO_VIDEO_AFTER_MS = 2500;
const FROZEN_AFTER_MS = 2000;
const LOOK_EVERY_MS = 250;
/** The page itself stood still for longer than this: a sleeping computer, a debugger, a throttled tab. */
const ASLEEP_MS = 1500;
/** Chromium shows a track without a picture as 2 × 2 pixels. */
const SMALLEST_PICTURE = 2;

/** The part of a <video> that it looks at. */
export type WatchedVideo = Pick<
  HTMLVideoElement,
  'srcObject' | 'videoWidth' | 'paused' | 'getVideoPlaybackQuality'
> &
  Partial<Pick<HTMLVideoElement, 'requestVideoFrameCallback' | 'cancelVideoFrameCallback'>>;

/**
 * Watches until `stop()`. A picture is due once the video has a live track or somebody says so, whichever comes first:
 * some SDKs wait for the first frame before they call themselves connected, others are connected without a track.
 */
export class Watchdog {
  readonly #video: WatchedVideo;
  readonly #options: Required<Omit<WatchdogOptions, 'onFirstFrame'>> & Pick<WatchdogOptions, 'onFirstFrame'>;
  readonly #canBeSeen: () => boolean;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #endSight: () => void;
  #verdict: Verdict = 'waiting';
  #lookedAt: number;
  /** When the last frame came or, before the first one, when there was something to wait for. */
  #since: number;
  #frames: number;
  #seen = false;
  #expected = false;
  #presented = 0;
  #callback: number | undefined;

  constructor(video: WatchedVideo, options: WatchdogOptions) {
    this.#video = video;
    this.#options = { noVideoAfterMs: NO_VIDEO_AFTER_MS, frozenAfterMs: FROZEN_AFTER_MS, ...options };
    [this.#canBeSeen, this.#endSight] = sightOf(video);
    this.#lookedAt = this.#since = performance.now();
    this.#frames = this.#count();
    this.#countPresented();
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS);
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Says that a picture is due, track or no track: when an SDK calls itself connected. */
  expectPicture(): void {
    if (this.#expected) return;
    this.#look();
    this.#expected = true;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#endSight();
    if (this.#callback !== undefined) this.#video.cancelVideoFrameCallback?.(this.#callback);
    this.#callback = undefined;
  }

  #look(): void {
    const now = performance.now();
    const asleep = now - this.#lookedAt > ASLEEP_MS;
    this.#lookedAt = now;
    const live = hasLiveTrack(this.#video.srcObject);
    const advanced = this.#hasAdvanced();
    if (live && advanced && this.#video.videoWidth > SMALLEST_PICTURE) {
      this.#since = now;
      if (!this.#seen) this.#options.onFirstFrame?.();
      this.#seen = true;
      this.#tell('playing');
      return;
    }
    // Before its first frame a video that plays by itself calls itself paused; it has no width then.
    const paused = this.#video.paused && this.#video.videoWidth > 0;
    const shown = this.#canBeSeen() && !paused;
    const due = live || this.#seen || this.#expected;
    if (asleep || !shown || !due) this.#since = now;
    this.#tell(this.#judge(now - this.#since, { due, shown }));
  }

  #judge(withoutMs: number, { due, shown }: { due: boolean; shown: boolean }): Verdict {
    const { noVideoAfterMs, frozenAfterMs } = this.#options;
    if (!due) return 'waiting';
    if (!shown) return 'paused';
    if (!this.#seen) return withoutMs >= noVideoAfterMs ? 'no-video' : 'starting';
    if (withoutMs >= frozenAfterMs) return 'frozen';
    // It said so before, and still no frame has come.
    return this.#verdict === 'frozen' || this.#verdict === 'paused' ? this.#verdict : 'playing';
  }

  #tell(verdict: Verdict): void {
    if (verdict === this.#verdict) return;
    this.#verdict = verdict;
    this.#options.onVerdict(verdict);
  }

  #hasAdvanced(): boolean {
    const count = this.#count();
    // An SDK that starts over counts from zero, which is no frame yet.
    const advanced = count > this.#frames;
    this.#frames = count;
    return advanced;
  }

  /** Frames that were shown where the browser tells, and else those that were decoded. */
  #count(): number {
    return this.#video.requestVideoFrameCallback === undefined
      ? this.#video.getVideoPlaybackQuality().totalVideoFrames
      : this.#presented;
  }

  #countPresented(): void {
    this.#callback = this.#video.requestVideoFrameCallback?.(() => {
      this.#presented += 1;
      this.#countPresented();
      // The first one is told to the millisecond, the others' absence by the timer.
      if (!this.#seen) this.#look();
    });
  }
}

function hasLiveTrack(source: HTMLVideoElement['srcObject']): boolean {
  return (
    source !== null &&
    'getVideoTracks' in source &&
    source.getVideoTracks().some(({ readyState }) => readyState === 'live')
  );
}

/** Whether anybody could see the video: a hidden tab shows no frames, and LiveKit sends none for one scrolled away. */
function sightOf(video: WatchedVideo): [canBeSeen: () => boolean, end: () => void] {
  if (typeof document === 'undefined') return [() => true, () => undefined];
  let inView = true;
  const observer = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? true;
  });
  observer.observe(video as HTMLVideoElement);
  return [
    () => inView && document.visibilityState === 'visible',
    () => {
      observer.disconnect();
    },
  ];
}
