import type * as z from 'zod/v4/core';

/** A schema of any type, seen through what zod's core promises of all of them. */
export type AnySchema = z.$ZodType;

/** Lenient schemas, each with the one that it is lenient about. */
const LENIENT = new WeakMap<AnySchema, AnySchema>();

/** Notes that `lenient` takes anything where `schema` is meant. */
export function noteLenient(lenient: AnySchema, schema: AnySchema): void {
  LENIENT.set(lenient, schema);
}

/** The schema that is meant, inside any `optional`, `nullable` and leniency. */
export function innermost(schema: AnySchema): z.$ZodTypes {
  const known = schema as z.$ZodTypes;
  const { def } = known._zod;
  if (def.type === 'optional' || def.type === 'nullable') return innermost(def.innerType);
  const meant = LENIENT.get(schema);
  return meant === undefined ? known : innermost(meant);
}

/** The fields that an object at `path` may have: one list for each alternative of a union. */
export function shapesAt(schema: AnySchema, path: readonly PropertyKey[]): string[][] {
  const { def } = innermost(schema)._zod;
  if (def.type === 'union') return def.options.flatMap((option) => shapesAt(option, path));
  const [key, ...rest] = path;
  if (def.type === 'object') {
    if (key === undefined) return [fieldNames(def.shape)];
    const field = def.shape[String(key)];
    return field === undefined ? [] : shapesAt(field, rest);
  }
  if (def.type === 'array' && key !== undefined) return shapesAt(def.element, rest);
  return [];
}

// A field that may only be absent stands in the schema to say so, not to be offered.
function fieldNames(shape: z.$ZodShape): string[] {
  return Object.entries(shape)
    .filter(([, field]) => innermost(field)._zod.def.type !== 'undefined')
    .map(([name]) => name);
}
