import { expect, test } from 'vitest';
import { vendors } from '../vendor.ts';
import { Face } from './face.ts';
import { mouthOpenness, readFrameNumber } from './frame-number.ts';
import { looks } from './looks.ts';
import { sizes } from './avatar-media.ts';

const faceOf = (vendor: (typeof vendors)[number]): Face =>
  new Face(looks[vendor], sizes[vendor], `sandbox · ${vendor}`);

test.each(vendors)('%s: the picture shows how far the mouth is open, and its number', (vendor) => {
  const face = faceOf(vendor);
  // The head sways: at any moment an open mouth must differ from a closed one.
  for (const seconds of [0.5, 3.3, 7.7]) {
    const measured = [0, 0.4, 1].map((open) => mouthOpenness(face.draw(0, seconds, open)));
    const [closed = 1, half = 0, open = 0] = measured;
    expect(closed).toBeLessThan(0.06);
    expect(half).toBeGreaterThan(closed + 0.03);
    expect(open).toBeGreaterThan(half + 0.03);
  }
  expect(readFrameNumber(face.draw(4711, 1, 0))).toBe(4711);
});

test('the eyes blink, the head sways, and nothing else moves', () => {
  const face = faceOf('simli');
  const shot = (number: number, seconds: number): Uint8ClampedArray =>
    face.draw(number, seconds, 0).data.slice(0, 512 * 4 * 480);
  const changed = (a: Uint8ClampedArray, b: Uint8ClampedArray): number =>
    a.reduce((count, value, index) => count + Number(Math.abs(value - (b[index] ?? 0)) > 8), 0);
  const awake = shot(0, 1);
  expect(changed(awake, shot(1, 1.01))).toBe(0);
  // An odd number keeps the place of the head: what differs is the blink.
  expect(changed(awake, shot(1, 2.9 + 0.11))).toBeGreaterThan(500);
  const swayed = shot(2, 4.5);
  expect(changed(awake, swayed)).toBeGreaterThan(2000);
  const corner = (frame: Uint8ClampedArray): Uint8ClampedArray => frame.slice(0, 512 * 4 * 40);
  expect(changed(corner(awake), corner(swayed))).toBe(0);
});

test('no two vendors look alike', () => {
  const middles = vendors.map((vendor) => {
    const { data, width, height } = faceOf(vendor).draw(0, 0, 0);
    return [...data.slice((height / 4) * width * 4, (height / 4) * width * 4 + 4)].join();
  });
  expect(new Set(middles).size).toBe(3);
});
