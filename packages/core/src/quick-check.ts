import type * as z from 'zod/v4/core';
import { isPlain } from './json-fields.ts';
import { innermost, type AnySchema } from './schema-walk.ts';

/** Says yes when a value surely fits; a no leaves the verdict to zod. */
export type QuickCheck = (value: unknown) => boolean;

const UNSURE: QuickCheck = () => false;

/** A {@link quickCheck} that is compiled when it is first asked, so that importing a client stays cheap. */
export function lazyQuickCheck(schema: AnySchema): QuickCheck {
  let compiled: QuickCheck | undefined;
  return (value) => (compiled ??= quickCheck(schema))(value);
}

/**
 * Compiles a schema into a check without its words and copies, which nearly every request and answer passes.
 * Zod stays the judge: whatever this does not know, or does not pass, zod is asked about.
 */
export function quickCheck(schema: AnySchema): QuickCheck {
  const meant = innermost(schema);
  const { def } = (schema as z.$ZodTypes)._zod;
  // A lenient schema passes what fits the meant one as it is.
  if (def.type === 'pipe' && meant !== schema) return quickCheck(meant);
  const base = checkOfType(def);
  const rules = (def.checks ?? []).map((check) => checkOfRule((check as z.$ZodChecks)._zod.def));
  return rules.length === 0 ? base : (value) => base(value) && rules.every((rule) => rule(value));
}

function checkOfType(def: z.$ZodTypes['_zod']['def']): QuickCheck {
  switch (def.type) {
    case 'string':
      return stringCheck(def);
    case 'number':
      return numberCheck(def);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'undefined':
      return (value) => value === undefined;
    case 'unknown':
      return () => true;
    case 'enum':
    case 'literal': {
      const allowed = new Set<unknown>(def.type === 'enum' ? Object.values(def.entries) : def.values);
      return (value) => allowed.has(value);
    }
    case 'optional': {
      const inner = quickCheck(def.innerType);
      return (value) => value === undefined || inner(value);
    }
    case 'nullable': {
      const inner = quickCheck(def.innerType);
      return (value) => value === null || inner(value);
    }
    case 'array': {
      const element = quickCheck(def.element);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case 'union': {
      const options = def.options.map(quickCheck);
      return (value) => options.some((option) => option(value));
    }
    case 'object':
      return objectCheck(def);
    default:
      return UNSURE;
  }
}

function stringCheck(def: z.$ZodStringDef): QuickCheck {
  if (!('format' in def)) return (value) => typeof value === 'string';
  const { pattern } = def as { pattern?: RegExp };
  return pattern === undefined ? UNSURE : (value) => typeof value === 'string' && pattern.test(value);
}

function numberCheck(def: z.$ZodNumberDef): QuickCheck {
  if (!('format' in def)) return (value) => Number.isFinite(value);
  return def.format === 'safeint' ? (value) => Number.isSafeInteger(value) : UNSURE;
}

function objectCheck({ shape, catchall }: z.$ZodObjectDef): QuickCheck {
  const fields = Object.entries(shape).map(([name, field]) => [name, quickCheck(field)] as const);
  const known = new Set(Object.keys(shape));
  const isStrict = (catchall as z.$ZodTypes | undefined)?._zod.def.type === 'never';
  return (value) => {
    // Of an instance of a class, JSON writes less than a check can read: whoever asks must look closer.
    if (!isPlain(value)) return false;
    const object = value as Record<string, unknown>;
    for (const [name, check] of fields) {
      if (!check(object[name])) return false;
    }
    if (isStrict) {
      for (const name in object) {
        if (!known.has(name)) return false;
      }
    }
    return true;
  };
}

function checkOfRule(def: z.$ZodChecks['_zod']['def'] | z.$ZodCustomDef): QuickCheck {
  switch (def.check) {
    case 'min_length':
      return (value) => (value as string).length >= def.minimum;
    case 'greater_than': {
      const limit = Number(def.value);
      return def.inclusive ? (value) => Number(value) >= limit : (value) => Number(value) > limit;
    }
    case 'less_than': {
      const limit = Number(def.value);
      return def.inclusive ? (value) => Number(value) <= limit : (value) => Number(value) < limit;
    }
    case 'custom':
      // A promise is no yes: zod then says that it cannot wait for one.
      return (value) => def.fn(value) === true;
    default:
      return UNSURE;
  }
}
