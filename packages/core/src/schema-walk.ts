import type * as z from 'zod/v4/core';

/** A schema of any type, seen through what zod's core promises of all of them. */
export type AnySchema = z.$ZodType;

/** The schema inside any `optional`, `nullable` and `catch`. */
export function innermost(schema: AnySchema): z.$ZodTypes {
  const known = schema as z.$ZodTypes;
  const { def } = known._zod;
  return def.type === 'optional' || def.type === 'nullable' || def.type === 'catch'
    ? innermost(def.innerType)
    : known;
}

/** The names of the fields that an object may have at `path`, whichever alternative of a union it takes. */
export function fieldsAt(schema: AnySchema, path: readonly PropertyKey[]): string[] {
  const { def } = innermost(schema)._zod;
  if (def.type === 'union') return def.options.flatMap((option) => fieldsAt(option, path));
  const [key, ...rest] = path;
  if (def.type === 'object') {
    if (key === undefined) return fieldNames(def.shape);
    const field = def.shape[String(key)];
    return field === undefined ? [] : fieldsAt(field, rest);
  }
  if (def.type === 'array' && key !== undefined) return fieldsAt(def.element, rest);
  return [];
}

// A field that may only be absent stands in the schema to say so, not to be offered.
function fieldNames(shape: z.$ZodShape): string[] {
  return Object.entries(shape)
    .filter(([, field]) => innermost(field)._zod.def.type !== 'undefined')
    .map(([name]) => name);
}
