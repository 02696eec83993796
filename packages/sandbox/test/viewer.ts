import wrtc from '@roamhq/wrtc';
import { mouthOpenness, readFrameNumber } from '../src/media/frame-number.ts';

interface VideoFrame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Plays the browser's part in a WebRTC connection, and looks at what arrives. */
export class Viewer {
  readonly connection: RTCPeerConnection = new wrtc.RTCPeerConnection({ iceServers: [] });
  /** The numbers of the frames that could be read, in order. */
  readonly frames: number[] = [];
  open = 0;
  /** The loudest sample so far. */
  loudest = 0;
  /** Blocks of sound so far. */
  blocks = 0;
  readonly #sinks: { stop(): void }[] = [];

  constructor() {
    this.connection.addEventListener('track', ({ track }) => {
      if (track.kind === 'video') this.#watch(track);
      else this.#listen(track);
    });
  }

  close(): void {
    for (const sink of this.#sinks) sink.stop();
    this.connection.close();
  }

  #watch(track: MediaStreamTrack): void {
    const sink = new wrtc.nonstandard.RTCVideoSink(track);
    this.#sinks.push(sink);
    Object.assign(sink, {
      onframe: ({ frame }: { frame: VideoFrame }) => {
        const { width, height } = frame;
        const rgba = { width, height, data: new Uint8Array(width * height * 4) };
        wrtc.nonstandard.i420ToRgba(frame, rgba);
        const number = readFrameNumber(rgba);
        if (number !== undefined) this.frames.push(number);
        this.open = mouthOpenness(rgba);
      },
    });
  }

  #listen(track: MediaStreamTrack): void {
    const sink = new wrtc.nonstandard.RTCAudioSink(track);
    this.#sinks.push(sink);
    Object.assign(sink, {
      ondata: ({ samples }: { samples: Int16Array }) => {
        this.blocks += 1;
        this.loudest = Math.max(this.loudest, ...samples);
      },
    });
  }
}
