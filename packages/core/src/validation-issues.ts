import { firstIssues, formatPath, type Issue } from './issue.ts';
import { fieldsOf, textOf } from './json-fields.ts';

/**
 * The issues in FastAPI's validation error, `{ detail: [{ loc, msg, type }] }`, which more than one vendor answers
 * with 422; `undefined` when the body is none. Of very many the first, and how many more.
 */
export function validationIssuesOf(body: unknown): readonly Issue[] | undefined {
  const { detail } = fieldsOf(body);
  if (!Array.isArray(detail)) return undefined;
  return firstIssues(detail, (entry: unknown) => {
    const { loc, msg } = fieldsOf(entry);
    const path = Array.isArray(loc) ? loc.filter(isPathKey) : [];
    // The first step says in which part of the request the field is, which the caller never sees apart.
    const [part, ...rest] = path;
    const inner = part === 'body' || part === 'query' || part === 'path' ? rest : path;
    return { path: formatPath(inner), message: textOf(msg) ?? 'is not valid' };
  });
}

function isPathKey(step: unknown): step is string | number {
  return typeof step === 'string' || typeof step === 'number';
}
