import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FRAME_NUMBERS, readFrameNumber, writeFrameNumber } from './frame-number.ts';
import { picture, type Picture } from './raster.ts';

const sizes: readonly (readonly [number, number])[] = [
  [512, 512],
  [720, 480],
  [960, 540],
  [320, 180],
];

function numbered(width: number, height: number, number: number): Picture {
  const frame = picture(width, height);
  frame.data.fill(128);
  writeFrameNumber(frame, number);
  return frame;
}

/** What a lossy codec does to edges and levels: a blur, a narrower range, and noise. */
function worn({ width, height, data }: Picture, noise: number): Picture {
  const out = picture(width, height);
  let seed = 7;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      const around = [-2, -1, 0, 1, 2].flatMap((dx) =>
        [-2, -1, 0, 1, 2].map((dy) => {
          const at =
            Math.min(height - 1, Math.max(0, y + dy)) * width + Math.min(width - 1, Math.max(0, x + dx));
          return data[at * 4] ?? 0;
        }),
      );
      const mean = around.reduce((sum, value) => sum + value, 0) / around.length;
      out.data.fill(
        30 + mean * 0.75 + (seed / 0x7fff_ffff - 0.5) * noise,
        (y * width + x) * 4,
        (y * width + x) * 4 + 4,
      );
    }
  }
  return out;
}

test.each(sizes)('at %i by %i a worn number is still read', (width, height) => {
  for (const number of [0, 1, 0xabcdef, FRAME_NUMBERS - 1]) {
    expect(readFrameNumber(worn(numbered(width, height, number), 60))).toBe(number);
  }
});

test('reads any number, and begins again after the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: FRAME_NUMBERS - 1 }), (number) => {
      expect(readFrameNumber(numbered(128, 64, number))).toBe(number);
    }),
    { numRuns: 100 },
  );
  expect(readFrameNumber(numbered(128, 64, FRAME_NUMBERS + 3))).toBe(3);
});

test('reads nothing where nothing is, or where a cell is wrong', () => {
  const empty = picture(128, 64);
  expect(readFrameNumber(empty)).toBeUndefined();
  expect(readFrameNumber({ width: 0, height: 0, data: [] })).toBeUndefined();
  const spoilt = numbered(512, 512, 5);
  for (let y = 496; y < 512; y += 1) spoilt.data.fill(255, (y * 512 + 160) * 4, (y * 512 + 176) * 4);
  expect(readFrameNumber(spoilt)).toBeUndefined();
});
