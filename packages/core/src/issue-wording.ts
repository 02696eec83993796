import type * as z from 'zod/v4/core';
import { fieldsOf } from './json-fields.ts';
import { nearest } from './nearest.ts';
import { shapesAt, type AnySchema } from './schema-walk.ts';

const UNKNOWN = 'is not a field of this request';
const FOREIGN = 'is not allowed here';

/** An issue before its path is written as text. */
export interface PathIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The words for one broken rule. Given to zod at each check, so that a locale which an application has set for
 * all of zod changes nothing here. A value is never part of the words.
 */
export function wording(issue: z.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'invalid_format':
      return issue.format === 'guid' || issue.format === 'uuid'
        ? 'must be a UUID'
        : `must have the format ${issue.format}`;
    case 'unrecognized_keys':
      return UNKNOWN;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no allowed name';
    case 'invalid_union':
      return 'fits none of the allowed shapes';
    default:
      return 'is not allowed';
  }
}

/** Zod's issues with `value` as ours: one for each field, unions resolved to the alternative that was meant. */
export function describeIssues(
  schema: AnySchema,
  issues: readonly z.$ZodIssue[],
  value: unknown,
): PathIssue[] {
  return issues.flatMap((issue): PathIssue[] => {
    const { path, message } = issue;
    if (issue.code === 'invalid_union') return unionIssues(schema, issue, value);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => foreignField(schema, path, key, value));
    }
    const last = path.at(-1);
    if (message === FOREIGN && last !== undefined) {
      return [foreignField(schema, path.slice(0, -1), String(last), value)];
    }
    return [{ path, message }];
  });
}

/** A field that does not belong where it is: misspelt, or at home in another alternative than its neighbours. */
function foreignField(schema: AnySchema, path: PropertyKey[], key: string, value: unknown): PathIssue {
  const shapes = shapesAt(schema, path);
  const homes = shapes.filter((shape) => shape.includes(key));
  if (homes.length > 0) {
    const strangers = Object.keys(objectAt(value, path)).filter(
      (name) => shapes.flat().includes(name) && !homes.some((home) => home.includes(name)),
    );
    const rule =
      strangers.length > 0 ? `cannot be combined with ${list(strangers)}` : 'does not go with the rest';
    return { path: [...path, key], message: rule };
  }
  const meant = nearest(key, shapes.flat());
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return { path: [...path, key], message: `${UNKNOWN}${hint}` };
}

/**
 * A union is refused by every alternative. Told are the issues of the one that was most likely meant: with the
 * fewest fields it does not know, then with the fewest issues.
 */
function unionIssues(schema: AnySchema, issue: z.$ZodIssueInvalidUnion, value: unknown): PathIssue[] {
  const alternatives = issue.errors.map((errors) => ({ errors, foreign: countForeign(errors) }));
  alternatives.sort((a, b) => a.foreign - b.foreign || a.errors.length - b.errors.length);
  const [meant] = alternatives;
  if (meant === undefined) {
    const values = ('options' in issue ? issue.options : undefined) ?? [];
    return [{ path: issue.path, message: values.length > 0 ? `must be ${oneOf(values)}` : issue.message }];
  }
  return describeIssues(schema, prefixed(meant.errors, issue.path), value);
}

// Fields that an alternative does not have, or that must be absent in it.
function countForeign(errors: readonly z.$ZodIssue[]): number {
  return errors.reduce((count, error) => {
    if (error.code === 'unrecognized_keys' && error.path.length === 0) return count + error.keys.length;
    return error.code === 'invalid_type' && error.expected === 'undefined' ? count + 1 : count;
  }, 0);
}

function objectAt(value: unknown, path: readonly PropertyKey[]): object {
  const found = path.reduce((at: unknown, key) => fieldsOf(at)[String(key)], value);
  return fieldsOf(found);
}

function prefixed(errors: readonly z.$ZodIssue[], path: PropertyKey[]): z.$ZodIssue[] {
  return errors.map((error) => ({ ...error, path: [...path, ...error.path] }));
}

function wrongType(expected: string, input: unknown): string {
  if (expected === 'never') return UNKNOWN;
  if (input === undefined) return 'is required';
  if (expected === 'undefined') return FOREIGN;
  if (expected === 'int') return 'must be a whole number';
  if (expected === 'number' && typeof input === 'number') return 'must be a finite number';
  return `must be ${article(expected)}, not ${typeName(input)}`;
}

function bound(origin: string, limit: number | bigint, words: string): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' elements' : '';
  if (origin === 'string' && limit === 1 && words === 'at least') return 'must not be empty';
  return `must be ${words} ${limit}${unit}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : article(typeof value);
}

function article(noun: string): string {
  if (noun === 'record') return 'an object';
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function oneOf(values: readonly unknown[]): string {
  const names = values.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
  return names.length === 1 ? (names[0] ?? '') : `one of ${names.join(', ')}`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
