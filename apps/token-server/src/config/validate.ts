import type { StandardSchema } from '@org/core';
import type { LocatedProblem } from './located-yaml.ts';

/** What a check makes of a value, or what is wrong with it; `what` is what a field may not be one of. */
export function validate<Value>(
  check: StandardSchema<Value>,
  value: unknown,
  what: 'this file' | 'a preset' | 'this request',
): { readonly value: Value } | { readonly problems: readonly LocatedProblem[] } {
  const result = check['~standard'].validate(value);
  if (result.issues === undefined) return { value: result.value };
  return {
    problems: result.issues.map(({ path = [], message }) => ({
      path,
      // Core words its checks for requests; not all that is checked here is one.
      message: message.replace('field of this request', `field of ${what}`),
    })),
  };
}
