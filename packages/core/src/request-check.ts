import * as z from 'zod/mini';
import type { Agreement } from './agreement.ts';
import { formatPath, type Issue } from './issue.ts';
import { fieldsOf } from './json-fields.ts';
import { describeIssues, wording, type PathIssue } from './issue-wording.ts';
import { lazyQuickCheck } from './quick-check.ts';
import type { StandardSchema } from './standard-schema.ts';

/**
 * The check that a request must pass before anything is sent. It is also a Standard Schema, so that
 * configuration can be validated early by whatever tool the caller uses.
 */
export interface RequestCheck<Input> extends StandardSchema<Input> {
  /** What is wrong with `value`, field by field; empty when nothing is. */
  readonly issuesOf: (value: unknown) => readonly Issue[];
}

const NONE: readonly PathIssue[] = [];

/**
 * What was checked and would not be sent: JSON writes the fields that an object has itself, or what its `toJSON` gives,
 * where a check reads those of its class, too.
 *
 * @param checked zod's copy of what it has looked into; all else it hands over as it is
 */
function unsentIn(value: unknown, checked: unknown, path: readonly PropertyKey[] = []): readonly PathIssue[] {
  if (value === checked || typeof value !== 'object' || value === null) return NONE;
  const fields = fieldsOf(value);
  if (typeof fields['toJSON'] === 'function') {
    return [{ path, message: 'must be a plain object: its toJSON could send anything' }];
  }
  return Object.entries(fieldsOf(checked)).flatMap(([name, copy]) => {
    const place = [...path, Array.isArray(value) ? Number(name) : name];
    if (copy === undefined || Object.hasOwn(value, name)) return unsentIn(fields[name], copy, place);
    return [
      { path: place, message: 'must be a field of the object itself: its class has it, which is not sent' },
    ];
  });
}

/**
 * Makes the check of a request from its schema, which must infer `Input` to the letter. The schema checks and never
 * changes the value: what the caller gave is what is sent.
 *
 * @example
 * const createTokenRequest = requestCheck<CreateTokenInput>()(z.strictObject({ faceId: z.string() }));
 */
export function requestCheck<Input>(): <Schema extends z.ZodMiniType>(
  schema: Schema & Agreement<z.output<Schema>, Input>,
) => RequestCheck<Input> {
  return (schema) => {
    const fits = lazyQuickCheck(schema);
    const find = (value: unknown): readonly PathIssue[] => {
      if (fits(value)) return NONE;
      const result = z.safeParse(schema, value, { error: wording });
      return result.success
        ? unsentIn(value, result.data)
        : describeIssues(schema, result.error.issues, value);
    };
    return {
      issuesOf: (value) => find(value).map(({ path, message }) => ({ path: formatPath(path), message })),
      '~standard': {
        version: 1,
        vendor: '@org/core',
        validate: (value) => {
          const issues = find(value);
          return issues.length === 0 ? { value: value as Input } : { issues };
        },
      },
    };
  };
}
