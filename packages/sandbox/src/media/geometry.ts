/** A point of the drawing, x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** A closed outline; several of them fill as one shape when they turn the same way. */
export type Contour = readonly Point[];
export type Path = readonly Contour[];

/** Turns about the origin, then scales, then moves. */
export interface Pose {
  readonly scale: number;
  readonly angle: number;
  readonly x: number;
  readonly y: number;
}

export function placed([x, y]: Point, { scale, angle, x: dx, y: dy }: Pose): Point {
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  return [x * cos - y * sin + dx, x * sin + y * cos + dy];
}

export function placedPath(path: Path, pose: Pose): Path {
  return path.map((contour) => contour.map((point) => placed(point, pose)));
}

const SEGMENTS = 8;

/** A curve through the points (Catmull-Rom), as short straight pieces. */
export function curve(points: readonly Point[], closed = false): Contour {
  const count = points.length;
  const at = (index: number): Point => {
    const wrapped = closed ? (index + count) % count : Math.min(Math.max(index, 0), count - 1);
    return points[wrapped] ?? [0, 0];
  };
  const pieces = closed ? count : count - 1;
  const out: Point[] = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const around = [at(piece - 1), at(piece), at(piece + 1), at(piece + 2)] as const;
    for (let step = 0; step < SEGMENTS; step += 1) out.push(between(around, step / SEGMENTS));
  }
  if (!closed) out.push(at(count - 1));
  return out;
}

function between([a, b, c, d]: readonly [Point, Point, Point, Point], t: number): Point {
  const axis = (i: 0 | 1): number =>
    0.5 *
    (2 * b[i] +
      (c[i] - a[i]) * t +
      (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t +
      (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t * t * t);
  return [axis(0), axis(1)];
}

/** A shape that is its own mirror image about x = 0: its right half, from top to bottom. */
export function mirrored(right: readonly Point[]): Path {
  const left = right.filter(([x]) => x !== 0).map(([x, y]): Point => [-x, y]);
  return [curve([...right, ...left.reverse()], true)];
}

export function ellipse(x: number, y: number, rx: number, ry: number = rx): Path {
  const steps = 40;
  const points = Array.from({ length: steps }, (_, step): Point => {
    const angle = (step / steps) * 2 * Math.PI;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
  return [points];
}

/** A line with round ends along the points, as thick as `width`. */
export function stroke(points: readonly Point[], width: number): Path {
  const r = width / 2;
  const last = points.length - 1;
  // Where bars meet, a joint of full size would double the softness of their edges into beads.
  const joints = points.map(([x, y], index) => disc(x, y, index % last === 0 ? r : r * JOINT));
  const bars = points.slice(1).map((to, index) => bar(points[index] ?? to, to, r));
  return [...joints, ...bars];
}

const JOINT = 0.85;
const DISC_POINTS = 20;

const disc = (x: number, y: number, r: number): Contour =>
  Array.from({ length: DISC_POINTS }, (_, step): Point => {
    const angle = (step / DISC_POINTS) * 2 * Math.PI;
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });

function bar([ax, ay]: Point, [bx, by]: Point, r: number): Contour {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const nx = (-(by - ay) / length) * r;
  const ny = ((bx - ax) / length) * r;
  return [
    [ax - nx, ay - ny],
    [bx - nx, by - ny],
    [bx + nx, by + ny],
    [ax + nx, ay + ny],
  ];
}
