/** Pixels as a canvas gives them (`ImageData`): four bytes a pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/**
 * The row along the bottom edge: a white and a black cell to measure by, 24 bits of number, 4 of check, and a
 * black and a white cell to close with. All of it scales with the picture, so that it survives any resizing.
 */
const CELLS = 32;
const NUMBER_BITS = 24;
const CHECK_BITS = 4;
/** The row's height as a part of the picture's. */
const ROW = 1 / 32;
/** Less difference between white and black than this is no row of cells. */
const MIN_CONTRAST = 60;

/** Numbers count up to this and begin again. */
export const FRAME_NUMBERS: number = 2 ** NUMBER_BITS;

function check(number: number): number {
  let sum = 0xb;
  for (let shift = 0; shift < NUMBER_BITS; shift += CHECK_BITS)
    sum = (sum * 3 + ((number >>> shift) & 0xf)) & 0xf;
  return sum;
}

function cellsOf(number: number): readonly boolean[] {
  const bits = (value: number, count: number): boolean[] =>
    Array.from({ length: count }, (_, bit) => ((value >>> (count - 1 - bit)) & 1) === 1);
  return [true, false, ...bits(number, NUMBER_BITS), ...bits(check(number), CHECK_BITS), false, true];
}

/** Draws a frame's number along the bottom edge. */
export function writeFrameNumber(
  picture: Pixels & { readonly data: Uint8ClampedArray },
  number: number,
): void {
  const { data, width, height } = picture;
  const top = height - Math.round(height * ROW);
  cellsOf(number % FRAME_NUMBERS).forEach((white, cell) => {
    const left = Math.round((cell * width) / CELLS);
    const right = Math.round(((cell + 1) * width) / CELLS);
    for (let y = top; y < height; y += 1) {
      data.fill(white ? 255 : 0, (y * width + left) * 4, (y * width + right) * 4);
      for (let x = left; x < right; x += 1) data[(y * width + x) * 4 + 3] = 255;
    }
  });
}

/** The number that a frame carries; undefined when the picture holds none that can be read. */
export function readFrameNumber(pixels: Pixels): number | undefined {
  const levels = Array.from({ length: CELLS }, (_, cell) => cellLevel(pixels, cell));
  const level = (cell: number): number => levels[cell] ?? 0;
  const white = (level(0) + level(CELLS - 1)) / 2;
  const black = (level(1) + level(CELLS - 2)) / 2;
  if (white - black < MIN_CONTRAST) return undefined;
  const bits = levels.map((one) => one > (white + black) / 2);
  const number = bits.slice(2, 2 + NUMBER_BITS).reduce((sum, bit) => sum * 2 + Number(bit), 0);
  const expected = cellsOf(number);
  return bits.every((bit, cell) => bit === expected[cell]) ? number : undefined;
}

/** The mean lightness in the middle of one cell, away from its blurred edges. */
function cellLevel(pixels: Pixels, cell: number): number {
  const { width, height } = pixels;
  const rowTop = height - height * ROW;
  return meanOf(pixels, {
    left: Math.floor(((cell + 0.3) * width) / CELLS),
    right: Math.ceil(((cell + 0.7) * width) / CELLS),
    top: Math.floor(rowTop + height * ROW * 0.3),
    bottom: Math.ceil(rowTop + height * ROW * 0.8),
  });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function lightness({ data }: Pixels, at: number): number {
  return 0.3 * (data[at] ?? 0) + 0.59 * (data[at + 1] ?? 0) + 0.11 * (data[at + 2] ?? 0);
}

function meanOf(pixels: Pixels, box: Box): number {
  return sumOver(pixels, box, (value) => value);
}

function sumOver(pixels: Pixels, { left, top, right, bottom }: Box, of: (value: number) => number): number {
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) sum += of(lightness(pixels, (y * pixels.width + x) * 4));
  }
  return sum / Math.max(1, (right - left) * (bottom - top));
}

/** Where the mouth lies, in units of the picture's height from the middle of its top edge. */
const MOUTH = { top: 0.53, bottom: 0.67, halfWidth: 0.09 };
/** Darker than any skin here, and lighter than the inside of a mouth. */
const DARK = 70;

/**
 * How much of the mouth's surroundings is as dark as an open mouth, from 0 to 1: next to nothing while the face is
 * silent, a tenth and more while it speaks.
 */
export function mouthOpenness(pixels: Pixels): number {
  const { width, height } = pixels;
  const box = {
    left: Math.round(width / 2 - MOUTH.halfWidth * height),
    right: Math.round(width / 2 + MOUTH.halfWidth * height),
    top: Math.round(MOUTH.top * height),
    bottom: Math.round(MOUTH.bottom * height),
  };
  return sumOver(pixels, box, (value) => (value < DARK ? 1 : 0));
}
