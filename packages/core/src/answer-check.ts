import * as z from 'zod/mini';
import type { Agreement } from './agreement.ts';
import { firstIssues, formatPath, type Issue } from './issue.ts';
import { describeIssues, wording } from './issue-wording.ts';
import { fieldsOf } from './json-fields.ts';
import { lazyQuickCheck } from './quick-check.ts';
import { innermost, noteLenient, type AnySchema } from './schema-walk.ts';

/** The check of what an answer promises. Tolerant where the vendor may grow, strict where the caller relies on it. */
export interface AnswerCheck<Answer> {
  readonly read: (data: unknown) => { readonly data: Answer } | { readonly issues: readonly Issue[] };
  /**
   * Where `data` is not what was known when this package was made, such as `results[].mood: unknown field`. Of very
   * many differences, the first.
   */
  readonly driftOf: (data: unknown) => string[];
  /** Whether a success without a body keeps the promise too. */
  readonly mayBeEmpty?: boolean | undefined;
}

/** The check of an answer that promises nothing beyond the success itself, so that it may come without a body. */
export const answerNothing: AnswerCheck<undefined> = {
  read: () => ({ data: undefined }),
  driftOf: () => [],
  mayBeEmpty: true,
};

/** Makes the check of an answer from its schema, which must infer `Answer` to the letter. */
export function answerCheck<Answer>(): <Schema extends z.ZodMiniType>(
  schema: Schema & Agreement<z.output<Schema>, Answer>,
) => AnswerCheck<Answer> {
  return (schema) => {
    const fits = lazyQuickCheck(schema);
    return {
      read: (data) => {
        if (fits(data)) return { data: data as Answer };
        const result = z.safeParse(schema, data, { error: wording });
        if (result.success) return { data: result.data as Answer };
        const issues = describeIssues(schema, result.error.issues, data);
        return { issues: firstIssues(issues, ({ path, message }) => ({ path: formatPath(path), message })) };
      },
      driftOf: (data) => {
        const found = new Set<string>();
        collectDrift(schema, data, '', found);
        return [...found];
      },
    };
  };
}

/** An object of an answer: fields that are not in `shape` pass through, though the type does not name them. */
export function answerObject<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodMiniObject<Shape> {
  // The index signature of a loose object would make every misspelt field access compile.
  return z.looseObject(shape);
}

/**
 * A field that an answer may lack. `null` is the same as absent, and a value of an unexpected shape is left out
 * (and reported as drift), so that an unneeded field never costs the caller a session that is already running.
 */
export function answerOptional<Schema extends z.ZodMiniType>(schema: Schema): z.ZodMiniOptional<Schema> {
  // Not z.catch, which brings in a third of zod.
  const lenient = z.pipe(
    z.unknown(),
    z.transform((value) => z.safeParse(schema, value).data),
  );
  noteLenient(lenient, schema);
  return z.optional(lenient) as unknown as z.ZodMiniOptional<Schema>;
}

const KNOWN_VALUES = new WeakMap<AnySchema, readonly string[]>();

/** A string of which some values are known today; others pass through and are reported as drift. */
export function openEnum<const Value extends string>(
  known: readonly Value[],
): z.ZodMiniType<Value | (string & {}), Value | (string & {})> {
  const schema = z.string();
  KNOWN_VALUES.set(schema, known);
  return schema;
}

// Lists are as alike as their first elements; walking thousands would cost more than it tells.
const ELEMENTS_LOOKED_AT = 20;
// A map with an id as each of its names differs without end: more of it says no more, and costs every call.
const MOST_DIFFERENCES = 50;

function collectDrift(schema: AnySchema, value: unknown, path: string, found: Set<string>): void {
  if (value === undefined || value === null) return;
  const known = innermost(schema);
  const { def } = known._zod;
  if (def.type === 'object' && typeof value === 'object' && !Array.isArray(value)) {
    const fields = fieldsOf(value);
    for (const name of Object.keys(fields)) {
      if (found.size >= MOST_DIFFERENCES) return;
      const place = path === '' ? name : `${path}.${name}`;
      // A field named `constructor` is not the one that every object inherits.
      const field = Object.hasOwn(def.shape, name) ? def.shape[name] : undefined;
      if (field === undefined) found.add(`${place}: unknown field`);
      else collectDrift(field, fields[name], place, found);
    }
  } else if (def.type === 'array' && Array.isArray(value)) {
    for (const element of value.slice(0, ELEMENTS_LOOKED_AT)) {
      collectDrift(def.element, element, `${path}[]`, found);
    }
  } else if (!z.safeParse(known, value).success) {
    found.add(`${path}: unexpected type`);
  } else if (typeof value === 'string' && KNOWN_VALUES.get(known)?.includes(value) === false) {
    found.add(`${path}: unknown value`);
  }
}
