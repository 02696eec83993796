import { drawCaption } from './caption.ts';
import { drawBlink, drawBody, drawHead, drawMouth, drawWall } from './figure.ts';
import { writeFrameNumber } from './frame-number.ts';
import type { Pose } from './geometry.ts';
import type { Look } from './looks.ts';
import { picture, type Picture } from './raster.ts';

/** The face is drawn in units of a picture this high. */
const DESIGN_HEIGHT = 512;
const FACE_MIDDLE_Y = 214;

/** The head sways so slowly that every other frame may keep its place. */
const FRAMES_PER_SWAY = 2;
/** A blink: closing and opening, in seconds. */
const BLINK_SECONDS = 0.22;
/** Blinks come this far apart, by turns, so that they do not tick. */
const BLINK_GAPS = [2.9, 4.3, 1.7, 3.6];
const BLINK_CYCLE = BLINK_GAPS.reduce((sum, gap) => sum + gap, 0);

export interface FaceSize {
  readonly width: number;
  readonly height: number;
}

/** One drawn face: what does not move is drawn once, the head slowly, eyelids and mouth for every frame. */
export class Face {
  readonly #look: Look;
  readonly #scale: number;
  readonly #wall: Picture;
  readonly #still: Picture;
  readonly #frame: Picture;
  #pose: Pose;

  constructor(look: Look, { width, height }: FaceSize, caption: string) {
    this.#look = look;
    this.#scale = height / DESIGN_HEIGHT;
    this.#wall = picture(width, height);
    this.#still = picture(width, height);
    this.#frame = picture(width, height);
    this.#pose = this.#poseAt(0);
    drawWall(this.#wall, look, this.#poseAt(0));
    drawBody(this.#wall, look, this.#poseAt(0));
    const margin = 15 * this.#scale;
    drawCaption(this.#wall, caption, {
      scale: 2.6 * this.#scale,
      angle: 0,
      x: margin,
      y: margin + 14 * this.#scale,
    });
  }

  /** The picture of one frame; the next call draws over it. `open` is how far the mouth is open, from 0 to 1. */
  draw(number: number, seconds: number, open: number): Picture {
    const frame = this.#frame;
    if (number % FRAMES_PER_SWAY === 0) this.#sway(seconds);
    frame.data.set(this.#still.data);
    drawBlink(frame, this.#look, this.#pose, blinkAt(seconds));
    drawMouth(frame, this.#look, this.#pose, open);
    writeFrameNumber(frame, number);
    return frame;
  }

  #sway(seconds: number): void {
    this.#pose = this.#poseAt(seconds);
    this.#still.data.set(this.#wall.data);
    drawHead(this.#still, this.#look, this.#pose, this.#poseAt(0));
  }

  /** Two slow waves that do not meet again soon. */
  #poseAt(seconds: number): Pose {
    const { width } = this.#frame;
    const turn = Math.sin(seconds * 0.9) * 0.6 + Math.sin(seconds * 0.37) * 0.4;
    const nod = Math.sin(seconds * 1.3);
    return {
      scale: this.#scale,
      angle: turn * 0.03,
      x: width / 2 + turn * 5 * this.#scale,
      y: (FACE_MIDDLE_Y + nod * 1.6) * this.#scale,
    };
  }
}

/** How far the eyes are closed, from 0 to 1. */
function blinkAt(seconds: number): number {
  let into = seconds % BLINK_CYCLE;
  for (const gap of BLINK_GAPS) {
    if (into < gap) break;
    into -= gap;
  }
  // Each gap ends in a blink.
  const left = BLINK_SECONDS - into;
  return seconds > BLINK_SECONDS && left > 0 ? Math.sin((into / BLINK_SECONDS) * Math.PI) : 0;
}
