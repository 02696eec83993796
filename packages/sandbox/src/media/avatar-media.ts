import type { Vendor } from '../vendor.ts';
import { Face, type FaceSize } from './face.ts';
import { looks } from './looks.ts';
import { BLOCK_MS, Speech } from './speech.ts';
import type { Wrtc } from './wrtc.ts';

const FRAME_MS = 40;
/** After a longer standstill (a stopped process, a sleeping machine) nothing is caught up. */
const MAX_BEHIND_MS = 500;

/** What each vendor's picture measures; LiveAvatar's 1280 by 720 would cost a third of a core. */
export const sizes: Readonly<Record<Vendor, FaceSize>> = {
  simli: { width: 512, height: 512 },
  anam: { width: 720, height: 480 },
  liveavatar: { width: 960, height: 540 },
};

/** Where one session's picture and sound are made, in step with the clock. */
export class AvatarMedia {
  readonly speech: Speech;
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack;
  readonly stream: MediaStream;
  /** While true the picture stands still and the sound goes on. */
  frozen = false;
  framesSent = 0;
  readonly #wrtc: Wrtc;
  #face: Face | undefined;
  readonly size: FaceSize;
  readonly #videoSource: InstanceType<Wrtc['nonstandard']['RTCVideoSource']>;
  readonly #audioSource: InstanceType<Wrtc['nonstandard']['RTCAudioSource']>;
  readonly #planes: { width: number; height: number; data: Uint8Array };
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #blocks = 0;
  #frames = 0;

  constructor(wrtc: Wrtc, vendor: Vendor, speechRate: number) {
    this.#wrtc = wrtc;
    this.size = sizes[vendor];
    const { width, height } = this.size;
    this.speech = new Speech(speechRate);
    this.#face = new Face(looks[vendor], this.size, `sandbox · ${vendor}`);
    this.#planes = { width, height, data: new Uint8Array((width * height * 3) / 2) };
    this.#videoSource = new wrtc.nonstandard.RTCVideoSource();
    this.#audioSource = new wrtc.nonstandard.RTCAudioSource();
    this.video = this.#videoSource.createTrack();
    this.audio = this.#audioSource.createTrack();
    this.stream = new wrtc.MediaStream();
    this.stream.addTrack(this.video);
    this.stream.addTrack(this.audio);
  }

  /** Begins to send; does nothing when it already does. */
  start(): void {
    if (this.#timer) return;
    this.#startedAt = performance.now();
    this.#blocks = 0;
    this.#frames = 0;
    this.#timer = setInterval(() => {
      this.#tick();
    }, BLOCK_MS);
    this.#tick();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Gives the tracks up for good. */
  close(): void {
    this.stop();
    this.speech.close();
    this.#face = undefined;
    this.video.stop();
    this.audio.stop();
  }

  #tick(): void {
    const elapsed = performance.now() - this.#startedAt;
    const dueBlocks = Math.floor(elapsed / BLOCK_MS) + 1;
    this.#blocks = Math.max(this.#blocks, dueBlocks - MAX_BEHIND_MS / BLOCK_MS);
    for (; this.#blocks < dueBlocks; this.#blocks += 1) this.#sound();
    const dueFrames = Math.floor(elapsed / FRAME_MS) + 1;
    if (dueFrames > this.#frames) {
      this.#frames = dueFrames;
      if (!this.frozen) this.#show(elapsed / 1000);
    }
  }

  #sound(): void {
    const samples = this.speech.next();
    this.#audioSource.onData({
      samples,
      sampleRate: this.speech.rate,
      bitsPerSample: 16,
      channelCount: 1,
      numberOfFrames: samples.length,
    });
  }

  #show(seconds: number): void {
    if (!this.#face) return;
    const { data } = this.#face.draw(this.framesSent, seconds, this.speech.loudness);
    const rgba = { ...this.size, data: new Uint8Array(data.buffer) };
    this.#wrtc.nonstandard.rgbaToI420(rgba, this.#planes);
    this.#videoSource.onFrame(this.#planes);
    this.framesSent += 1;
  }
}
