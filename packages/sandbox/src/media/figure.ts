import { curve, ellipse, mirrored, stroke, type Path, type Point, type Pose } from './geometry.ts';
import type { Look } from './looks.ts';
import { fill, type Paint, type Picture } from './raster.ts';

const face: Path = mirrored([
  [0, -116],
  [54, -106],
  [86, -66],
  [94, -10],
  [89, 40],
  [68, 86],
  [36, 117],
  [0, 126],
]);
const ears: Path = [...ellipse(-94, 8, 15, 24), ...ellipse(94, 8, 15, 24)];
/** Only what the head's sway can uncover; the rest of it lies still within the neckline. */
const neck: Path = mirrored([
  [0, 60],
  [40, 70],
  [40, 140],
  [42, 164],
  [0, 172],
]);
const shoulders: Path = mirrored([
  [0, 170],
  [44, 168],
  [66, 180],
  [122, 198],
  [172, 226],
  [200, 276],
  [214, 340],
  [216, 420],
  [0, 430],
]);
const neckline: Path = mirrored([
  [0, 146],
  [42, 154],
  [46, 166],
  [40, 190],
  [0, 210],
]);
const collar: readonly Point[] = curve([
  [-48, 166],
  [-42, 190],
  [0, 212],
  [42, 190],
  [48, 166],
]);

const EYE_X = 37;
const EYE_Y = 0;
const sides = [-1, 1] as const;

/** The wall behind, with soft light on it. */
export function drawWall(target: Picture, { wall }: Look, pose: Pose): void {
  const { width, height } = target;
  const whole: Path = [
    [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ],
  ];
  const plain = { scale: 1, angle: 0, x: 0, y: 0 };
  fill(target, whole, { from: [0, 0], to: [0, height], colours: [wall.top, wall.bottom] }, plain);
  const light = (x: number, y: number, r: number): void => {
    const colours = [wall.glow, `${wall.glow.slice(0, 7) as '#'}00`] as const;
    fill(target, ellipse(x, y, r), { centre: [x, y], radius: [r, r], colours }, pose);
  };
  light(0, -20, 270);
  light(-190, -120, 120);
  light(210, 60, 150);
}

const neckPaint = ({ skin }: Look): Paint => ({
  from: [0, 110],
  to: [0, 200],
  colours: [skin.shade, skin.deep],
});

/** Shoulders and neckline, which stay where they are. */
export function drawBody(target: Picture, look: Look, pose: Pose): void {
  const { shirt } = look;
  fill(target, shoulders, { from: [0, 170], to: [0, 320], colours: [shirt.light, shirt.deep] }, pose);
  fill(target, neckline, neckPaint(look), pose);
  fill(target, stroke(collar, 9), shirt.collar, pose);
}

/** Everything of the head but eyelids and mouth, and the neck, which joins it to the body. */
export function drawHead(target: Picture, look: Look, pose: Pose, body: Pose): void {
  const { skin, hair } = look;
  fill(target, look.hairBack, { from: [0, -140], to: [0, 120], colours: [hair.light, hair.deep] }, pose);
  fill(target, neck, neckPaint(look), body);
  fill(target, ears, skin.deep, pose);
  fill(target, face, { centre: [-14, -20], radius: [150, 178], colours: [skin.light, skin.deep] }, pose);
  for (const side of sides) {
    const [x, y] = [side * 54, 46];
    const colours = [skin.blush, `${skin.blush.slice(0, 7) as '#'}00`] as const;
    fill(target, ellipse(x, y, 30, 22), { centre: [x, y], radius: [30, 22], colours }, pose);
    drawEye(target, look, pose, side);
  }
  fill(target, stroke(noseTip, 3.4), skin.shade, pose);
  fill(target, look.hairFront, { from: [0, -140], to: [0, 20], colours: [hair.light, hair.deep] }, pose);
  fill(target, stroke(curve(look.shine), 9), hair.shine, pose);
  for (const side of sides) {
    fill(target, stroke(mirroredBy(side, brow), 6.4), hair.deep, pose);
  }
  if (look.glasses) drawGlasses(target, pose);
}

const noseTip: readonly Point[] = curve([
  [-9, 39],
  [-5, 45],
  [1, 46],
  [8, 41],
]);
/** The right one, from the nose outwards. */
const brow: readonly Point[] = curve([
  [17, -31],
  [32, -36],
  [48, -35],
  [60, -26],
]);
const mirroredBy = (side: -1 | 1, points: readonly Point[]): readonly Point[] =>
  points.map(([x, y]): Point => [x * side, y]);

/** Under a relaxed upper lid the iris is a little cut off, or the eye would stare. */
const RELAXED = 0.2;

function drawEye(target: Picture, look: Look, pose: Pose, side: -1 | 1): void {
  const x = side * EYE_X;
  fill(target, ellipse(x, EYE_Y, 18.5, 14.5), '#fdfcfa', pose);
  fill(target, ellipse(x - side, EYE_Y, 10.8), look.iris, pose);
  fill(target, ellipse(x - side, EYE_Y, 5.6), '#17120f', pose);
  fill(target, ellipse(x - 4, EYE_Y - 3.5, 3.2), '#ffffff', pose);
  drawEyelid(target, look, pose, side, RELAXED);
}

function drawGlasses(target: Picture, pose: Pose): void {
  for (const side of sides) fill(target, ellipse(side * EYE_X, 2, 28, 25), '#ffffff1c', pose);
  drawFrames(target, pose);
}

function drawFrames(target: Picture, pose: Pose): void {
  for (const side of sides) {
    const [rim = []] = ellipse(side * EYE_X, 2, 29, 26);
    fill(target, stroke([...rim, ...rim.slice(0, 1)], 4), '#2b2f3a', pose);
    fill(
      target,
      stroke(
        [
          [side * 66, -2],
          [side * 92, -6],
        ],
        4,
      ),
      '#2b2f3a',
      pose,
    );
  }
  const bridge = curve([
    [-9, -1],
    [0, -5],
    [9, -1],
  ]);
  fill(target, stroke(bridge, 4), '#2b2f3a', pose);
}

/** A lid with its lashes; `closed` from 0 to 1. */
function drawEyelid(target: Picture, { skin, hair }: Look, pose: Pose, side: -1 | 1, closed: number): void {
  const edge = EYE_Y - 16 + closed * 31;
  const corner = EYE_Y - 1 + closed * 6;
  const bend = corner + (edge - corner) * 0.8;
  const rim = curve([
    [side * 18, corner],
    [side * 27, bend],
    [side * EYE_X, edge],
    [side * 47, bend],
    [side * 57, corner],
  ]);
  const fold = curve([
    [side * 60, EYE_Y - 3],
    [side * 50, EYE_Y - 14],
    [side * EYE_X, EYE_Y - 18],
    [side * 24, EYE_Y - 14],
    [side * 15, EYE_Y - 3],
  ]);
  fill(target, [[...rim, ...fold]], skin.deep, pose);
  fill(target, stroke(rim, 4), hair.deep, pose);
}

/** Lids over the open eyes of the head; `closed` from 0 to 1. */
export function drawBlink(target: Picture, look: Look, pose: Pose, closed: number): void {
  if (closed <= RELAXED) return;
  for (const side of sides) drawEyelid(target, look, pose, side, closed);
  if (look.glasses) drawFrames(target, pose);
}

const MOUTH_Y = 78;

/** The mouth; `open` from 0 (a calm smile) to 1. */
export function drawMouth(target: Picture, { lips }: Look, pose: Pose, open: number): void {
  const half = 29 - open * 5;
  const drop = open * 32;
  const upper: readonly Point[] = [
    [-half, MOUTH_Y - 4],
    [-half / 2, MOUTH_Y + 1 - open * 3],
    [0, MOUTH_Y + 2 - open * 4],
    [half / 2, MOUTH_Y + 1 - open * 3],
    [half, MOUTH_Y - 4],
  ];
  const lower: readonly Point[] = [
    [half * 0.62, MOUTH_Y + 3 + drop * 0.72],
    [0, MOUTH_Y + 5.5 + drop],
    [-half * 0.62, MOUTH_Y + 3 + drop * 0.72],
  ];
  const inside = curve([...upper, ...lower], true);
  fill(target, stroke([...inside, ...inside.slice(0, 1)], 7), lips, pose);
  fill(target, [inside], '#3c0f16', pose);
  if (open < 0.12) return;
  const teeth = curve(
    [
      [-half * 0.62, MOUTH_Y - open * 2],
      [0, MOUTH_Y + 2 - open * 4],
      [half * 0.62, MOUTH_Y - open * 2],
      [half * 0.5, MOUTH_Y + open * 6],
      [0, MOUTH_Y + 2 + open * 6],
      [-half * 0.5, MOUTH_Y + open * 6],
    ],
    true,
  );
  fill(target, [teeth], '#fdfaf4', pose);
  const tongue = ellipse(0, MOUTH_Y + drop * 0.86, half * 0.42, open * 7);
  fill(target, tongue, '#b9485a', pose);
}
