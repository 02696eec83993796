import * as fc from 'fast-check';

/** A JSON value. */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

type Path = readonly (string | number)[];

// Values at the edges of the documents' rules, which chance alone would seldom find.
const EDGES: readonly Json[] = [
  null,
  '',
  'x'.repeat(65),
  'x'.repeat(1001),
  '😀'.repeat(64),
  '3c90c3cc-0d44-4b50-8888-8dd25736052a',
  '3C90C3CC0D444B5088888DD25736052A',
  'FULL',
  'LITE',
  true,
  [],
  {},
  ...[-1, -0.001, 0, 0.49, 0.5, 0.59, 0.6, 0.7, 0.79, 0.8, 1, 1.01, 1.2, 1.21, 1.5, 1.51, 2, 2.01],
  ...[10, 10.1, 100, 101, 900, 901, 7200, 7201, 2 ** 53, 1e300],
];

/** Bodies made from valid ones by one to three changes: a value replaced, a field removed, a field added. */
export function broken(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([body, changes]) => changes.reduce((changed, apply) => apply(changed), plain(body)));
}

/** As it would arrive: without `undefined`. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue() as fc.Arbitrary<Json>,
);

const name = fc.oneof(
  fc.constantFrom('faceid', 'personaId', 'livekit_config', 'mode', 'speed', 'volume', 'voice_agent', 'extra'),
  fc.string({ minLength: 1 }).filter((text) => text !== '__proto__'),
);

const change: fc.Arbitrary<(body: Json) => Json> = fc.oneof(
  fc.tuple(fc.nat(), value).map(
    ([where, put]) =>
      (body: Json) =>
        replaced(body, somewhere(body, where), put),
  ),
  fc.nat().map((where) => (body: Json) => removed(body, somewhere(body, where))),
  fc.tuple(fc.nat(), name, value).map(
    ([where, field, put]) =>
      (body: Json) =>
        added(body, where, field, put),
  ),
);

/** Every place in a body, the whole included. */
function places(body: Json, at: Path = []): Path[] {
  const inner =
    typeof body === 'object' && body !== null
      ? Object.entries(body).flatMap(([key, element]) =>
          places(element, [...at, Array.isArray(body) ? Number(key) : key]),
        )
      : [];
  return [at, ...inner];
}

function somewhere(body: Json, where: number): Path {
  const all = places(body);
  return all[where % all.length] ?? [];
}

function replaced(body: Json, [key, ...rest]: Path, put: Json): Json {
  if (key === undefined) return put;
  if (Array.isArray(body))
    return body.map((element, i) => (i === key ? replaced(element, rest, put) : element));
  if (typeof body !== 'object' || body === null) return body;
  return { ...body, [key]: replaced(body[key] ?? null, rest, put) };
}

function removed(body: Json, [key, ...rest]: Path): Json {
  if (key === undefined || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const entries = Object.entries(body).flatMap(([field, inner]): [string, Json][] => {
    if (field !== key) return [[field, inner]];
    return rest.length === 0 ? [] : [[field, removed(inner, rest)]];
  });
  return Object.fromEntries(entries);
}

function added(body: Json, where: number, field: string, put: Json): Json {
  const objects = places(body).filter((path) => isObject(valueAt(body, path)));
  const path = objects[where % Math.max(1, objects.length)];
  return path === undefined ? body : replaced(body, path, { ...asObject(valueAt(body, path)), [field]: put });
}

function valueAt(body: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), body);
}

function isObject(at: Json | undefined): at is { [name: string]: Json } {
  return typeof at === 'object' && at !== null && !Array.isArray(at);
}

function asObject(at: Json | undefined): { [name: string]: Json } {
  return isObject(at) ? at : {};
}
