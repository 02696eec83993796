import { placed, placedPath, type Path, type Point, type Pose } from './geometry.ts';

/** A picture, four bytes a pixel: red, green, blue, alpha. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export function picture(width: number, height: number): Picture {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/** `#rrggbb`, or `#rrggbbaa`. */
export type Colour = `#${string}`;

/** How a shape is coloured: evenly, or from one colour to another along a line or outwards from a point. */
export type Paint =
  | Colour
  | { readonly from: Point; readonly to: Point; readonly colours: readonly [Colour, Colour] }
  | { readonly centre: Point; readonly radius: Point; readonly colours: readonly [Colour, Colour] };

interface Rgba {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

function rgba(colour: Colour): Rgba {
  const part = (from: number): number => parseInt(colour.slice(from, from + 2) || 'ff', 16);
  return { r: part(1), g: part(3), b: part(5), a: part(7) / 255 };
}

const RAMP = 256;

/** The colours from one end of a paint to its other end. */
interface Ramp {
  /** Red, green, blue from 0 to 255, alpha from 0 to 1. */
  readonly parts: Float32Array;
  /** The same as whole pixels; only where every colour is opaque. */
  readonly pixels: Uint32Array | undefined;
}

const ramps = new Map<string, Ramp>();

function rampOf(from: Colour, to: Colour): Ramp {
  const key = `${from} ${to}`;
  const made = ramps.get(key) ?? makeRamp(rgba(from), rgba(to));
  ramps.set(key, made);
  return made;
}

function makeRamp(a: Rgba, b: Rgba): Ramp {
  const parts = new Float32Array(RAMP * 4);
  const bytes = new Uint8ClampedArray(RAMP * 4);
  for (let step = 0; step < RAMP; step += 1) {
    const between = (from: number, to: number): number => from + ((to - from) * step) / (RAMP - 1);
    const [r, g, blue, alpha] = [between(a.r, b.r), between(a.g, b.g), between(a.b, b.b), between(a.a, b.a)];
    parts.set([r, g, blue, alpha], step * 4);
    bytes.set([r, g, blue, alpha * 255], step * 4);
  }
  const opaque = a.a === 1 && b.a === 1;
  return { parts, pixels: opaque ? new Uint32Array(bytes.buffer) : undefined };
}

/** A paint where it lies: how far along the ramp a pixel is goes by a line, or by the distance from a centre. */
interface Shade {
  readonly ramp: Ramp;
  readonly line?: { readonly dx: number; readonly dy: number; readonly at: number };
  readonly round?: { readonly cx: number; readonly cy: number; readonly rx: number; readonly ry: number };
}

function shadeOf(paint: Paint, pose: Pose): Shade {
  if (typeof paint === 'string') return { ramp: rampOf(paint, paint) };
  const ramp = rampOf(...paint.colours);
  if ('centre' in paint) {
    const [cx, cy] = placed(paint.centre, pose);
    const [rx, ry] = paint.radius;
    return { ramp, round: { cx, cy, rx: rx * pose.scale, ry: ry * pose.scale } };
  }
  const [fx, fy] = placed(paint.from, pose);
  const [tx, ty] = placed(paint.to, pose);
  const length = (tx - fx) ** 2 + (ty - fy) ** 2 || 1;
  const [dx, dy] = [(tx - fx) / length, (ty - fy) / length];
  return { ramp, line: { dx, dy, at: -fx * dx - fy * dy } };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf(path: Path, { width, height }: Picture): Box {
  const points = path.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return {
    left: Math.max(0, Math.floor(Math.min(...xs))),
    top: Math.max(0, Math.floor(Math.min(...ys))),
    right: Math.min(width, Math.ceil(Math.max(...xs)) + 1),
    bottom: Math.min(height, Math.ceil(Math.max(...ys)) + 1),
  };
}

/**
 * Fills a path with exact coverage at its edges: each edge adds the area it gains or loses to the pixels it
 * crosses, and a running sum along a row is then how much of each pixel lies within.
 */
export function fill(target: Picture, path: Path, paint: Paint, pose: Pose): void {
  const shape = placedPath(path, pose);
  const box = boxOf(shape, target);
  const stride = box.right - box.left + 1;
  const rows = box.bottom - box.top;
  if (stride <= 1 || rows <= 0) return;
  const gains = new Float32Array(stride * rows + 1);
  for (const contour of shape) {
    contour.forEach((from, index) => {
      addEdge(gains, stride, rows, box, from, contour[(index + 1) % contour.length] ?? from);
    });
  }
  blend(target, gains, stride, box, shadeOf(paint, pose));
}

function addEdge(gains: Float32Array, stride: number, rows: number, box: Box, a: Point, b: Point): void {
  if (a[1] === b[1]) return;
  const sign = a[1] < b[1] ? 1 : -1;
  const [top, bottom] = sign > 0 ? [a, b] : [b, a];
  const slope = (bottom[0] - top[0]) / (bottom[1] - top[1]);
  const y0 = top[1] - box.top;
  const y1 = bottom[1] - box.top;
  for (let row = Math.max(0, Math.floor(y0)); row < Math.min(rows, Math.ceil(y1)); row += 1) {
    const from = Math.max(y0, row);
    const to = Math.min(y1, row + 1);
    const height = (to - from) * sign;
    const xa = top[0] - box.left + (from - y0) * slope;
    const xb = top[0] - box.left + (to - y0) * slope;
    addSpan(gains, row * stride, stride - 1, Math.min(xa, xb), Math.max(xa, xb), height);
  }
}

/** One edge within one row, from x0 to x1: every pixel it crosses gains its part of `height`. */
function addSpan(
  gains: Float32Array,
  row: number,
  limit: number,
  x0: number,
  x1: number,
  height: number,
): void {
  const left = Math.min(Math.max(x0, 0), limit);
  const right = Math.min(Math.max(x1, 0), limit);
  const first = Math.floor(left);
  const last = Math.floor(right);
  const add = (index: number, value: number): void => {
    gains[row + index] = (gains[row + index] ?? 0) + value;
  };
  if (first === last) {
    const covered = 1 - ((left + right) / 2 - first);
    add(first, height * covered);
    add(first + 1, height * (1 - covered));
    return;
  }
  const perPixel = height / (right - left);
  let done = 0;
  for (let index = first; index <= last; index += 1) {
    const from = Math.max(left, index);
    const to = Math.min(right, index + 1);
    const part = perPixel * (to - from);
    const covered = 1 - ((from + to) / 2 - index);
    add(index, part * covered);
    add(index + 1, part * (1 - covered));
    done += part;
  }
  add(last + 1, height - done);
}

/** Less of a pixel than this cannot be seen. */
const NOTHING = 0.004;
const WHOLE = 0.998;

function blend(target: Picture, gains: Float32Array, stride: number, box: Box, shade: Shade): void {
  const { parts, pixels } = shade.ramp;
  const whole = new Uint32Array(target.data.buffer);
  for (let y = box.top; y < box.bottom; y += 1) {
    const steps = stepper(shade, y + 0.5);
    let sum = 0;
    let gain = (y - box.top) * stride;
    for (let x = box.left; x < box.right; x += 1, gain += 1) {
      sum += gains[gain] ?? 0;
      const coverage = Math.min(1, Math.abs(sum));
      if (coverage < NOTHING) continue;
      const step = steps(x + 0.5);
      if (pixels && coverage > WHOLE) whole[y * target.width + x] = pixels[step] ?? 0;
      else mix(target.data, (y * target.width + x) * 4, parts, step * 4, coverage);
    }
  }
}

/** The step of the ramp for each x of one row. */
function stepper({ line, round }: Shade, y: number): (x: number) => number {
  if (line) {
    const start = (line.at + y * line.dy) * (RAMP - 1);
    const slope = line.dx * (RAMP - 1);
    return (x) => clampStep(start + x * slope);
  }
  if (round) {
    const { cx, rx } = round;
    const v = ((y - round.cy) / round.ry) ** 2;
    return (x) => clampStep(Math.sqrt(((x - cx) / rx) ** 2 + v) * (RAMP - 1));
  }
  return () => 0;
}

const clampStep = (step: number): number => (step <= 0 ? 0 : step >= RAMP - 1 ? RAMP - 1 : step | 0);

/** Colour over colour; what lies on nothing stays multiplied by its alpha, as a layer would want it. */
function mix(data: Uint8ClampedArray, at: number, parts: Float32Array, step: number, coverage: number): void {
  const alpha = coverage * (parts[step + 3] ?? 0);
  const over = (offset: number, value: number): void => {
    const below = data[at + offset] ?? 0;
    data[at + offset] = below + (value - below) * alpha;
  };
  over(0, parts[step] ?? 0);
  over(1, parts[step + 1] ?? 0);
  over(2, parts[step + 2] ?? 0);
  over(3, 255);
}
