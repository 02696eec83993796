import { curve, stroke, type Path, type Point, type Pose } from './geometry.ts';
import { fill, type Picture } from './raster.ts';

/** One letter: how wide it is, and the lines that a pen would draw; the baseline is 0, small letters are 4 high. */
interface Letter {
  readonly width: number;
  readonly lines: readonly (readonly Point[])[];
}

const letter = (width: number, ...lines: readonly (readonly Point[])[]): Letter => ({ width, lines });
const round: readonly Point[] = [
  [1.4, -4],
  [0.2, -2.9],
  [0.2, -1.1],
  [1.4, 0],
  [2.6, -1.1],
  [2.6, -2.9],
  [1.4, -4],
];
const stem = (x: number, top: number): readonly Point[] => [
  [x, top],
  [x, 0],
];
const arch = (x: number): readonly Point[] => [
  [x, -2.4],
  [x + 0.5, -3.6],
  [x + 1.5, -4],
  [x + 2.3, -3.4],
  [x + 2.4, -2.2],
  [x + 2.4, 0],
];

/** The letters that the sandbox's captions need, and no others. */
const letters: Readonly<Record<string, Letter>> = {
  a: letter(3, round, stem(2.7, -4)),
  b: letter(3, stem(0.1, -6.2), round),
  d: letter(3, round, stem(2.7, -6.2)),
  e: letter(2.8, [
    [0.3, -2.1],
    [2.6, -2.1],
    [2.3, -3.5],
    [1.4, -4],
    [0.4, -3.2],
    [0.2, -1.6],
    [0.8, -0.3],
    [1.7, 0],
    [2.5, -0.6],
  ]),
  i: letter(0.8, stem(0.3, -4), [
    [0.3, -5.6],
    [0.3, -5.5],
  ]),
  l: letter(0.8, stem(0.3, -6.2)),
  m: letter(5, stem(0.1, -4), arch(0.1), arch(2.5)),
  n: letter(2.7, stem(0.1, -4), arch(0.1)),
  o: letter(2.8, round),
  r: letter(1.8, stem(0.1, -4), [
    [0.1, -2.4],
    [0.7, -3.7],
    [1.9, -4],
  ]),
  s: letter(2.4, [
    [2.2, -3.4],
    [1.3, -4],
    [0.4, -3.5],
    [0.4, -2.6],
    [1.3, -2.1],
    [2.2, -1.5],
    [2.2, -0.5],
    [1.2, 0],
    [0.1, -0.6],
  ]),
  t: letter(
    2.2,
    [
      [0.9, -5.4],
      [0.9, -1],
      [1.3, -0.1],
      [2.1, -0.2],
    ],
    [
      [0, -4],
      [2, -4],
    ],
  ),
  v: letter(
    2.8,
    [
      [0.1, -4],
      [1.4, 0],
    ],
    [
      [1.4, 0],
      [2.7, -4],
    ],
  ),
  x: letter(
    2.6,
    [
      [0.1, -4],
      [2.4, 0],
    ],
    [
      [2.4, -4],
      [0.1, 0],
    ],
  ),
  '·': letter(0.8, [
    [0.3, -2.1],
    [0.3, -2],
  ]),
  ' ': letter(0.9),
};

const GAP = 1.1;
const PEN = 0.75;

function line(text: string): { readonly path: Path; readonly width: number } {
  let x = 0;
  const path = Array.from(text).flatMap((character) => {
    const { width, lines } = letters[character] ?? letter(0);
    const from = x;
    x += width + GAP;
    return lines.flatMap((points) => {
      const moved = points.map(([px, py]): Point => [px + from, py]);
      return stroke(moved.length > 2 ? curve(moved) : moved, PEN);
    });
  });
  return { path, width: x - GAP };
}

/** A word in small letters on a pale plate, its left edge at the pose's place. */
export function drawCaption(target: Picture, text: string, pose: Pose): void {
  const { path, width } = line(text);
  const plate: readonly Point[] = [
    [2.2, -2],
    [width + 2.2, -2],
  ];
  fill(target, stroke(plate, 11), '#20243866', pose);
  fill(target, path, '#ffffff', { ...pose, x: pose.x + 2.2 * pose.scale });
}
