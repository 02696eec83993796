import type * as z from 'zod/v4/core';
import { nearest } from './nearest.ts';
import { fieldsAt, type AnySchema } from './schema-walk.ts';

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
      return issue.format === 'guid' ? 'must be a UUID' : `must have the format ${issue.format}`;
    case 'unrecognized_keys':
      return 'is not a field of this request';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no allowed name';
    case 'invalid_union':
      return 'fits none of the allowed shapes';
    default:
      return 'is not allowed';
  }
}

/** Zod's issues as ours: one for each field, unions resolved to the alternative that was meant. */
export function describeIssues(schema: AnySchema, issues: readonly z.$ZodIssue[]): PathIssue[] {
  return issues.flatMap((issue): PathIssue[] => {
    if (issue.code === 'unrecognized_keys') return unknownFields(schema, issue);
    if (issue.code === 'invalid_union') return unionIssues(schema, issue);
    return [{ path: issue.path, message: issue.message }];
  });
}

function unknownFields(
  schema: AnySchema,
  { path, keys }: { path: PropertyKey[]; keys: string[] },
): PathIssue[] {
  const known = fieldsAt(schema, path);
  return keys.map((key) => {
    const meant = nearest(key, known);
    const rule = 'is not a field of this request';
    return {
      path: [...path, key],
      message: meant === undefined ? rule : `${rule}; did you mean "${meant}"?`,
    };
  });
}

/**
 * A union is refused by every alternative. Told are the issues of the one that was most likely meant: with the
 * fewest fields it does not know, then with the fewest issues. Where each lacks a field that another has, the
 * fields themselves are what does not go together.
 */
function unionIssues(schema: AnySchema, issue: z.$ZodIssueInvalidUnion): PathIssue[] {
  const alternatives = issue.errors.map((errors) => ({ errors, foreign: foreignFields(errors) }));
  alternatives.sort((a, b) => a.foreign.length - b.foreign.length || a.errors.length - b.errors.length);
  const [meant] = alternatives;
  if (meant === undefined) {
    const values = ('options' in issue ? issue.options : undefined) ?? [];
    return [{ path: issue.path, message: values.length > 0 ? `must be ${oneOf(values)}` : issue.message }];
  }
  const unknown = meant.foreign.filter((name) => alternatives.every(({ foreign }) => foreign.includes(name)));
  if (meant.foreign.length > 0 && unknown.length === 0) {
    const others = alternatives
      .flatMap(({ foreign }) => foreign)
      .filter((name) => !meant.foreign.includes(name));
    return meant.foreign.map((name) => ({
      path: [...issue.path, name],
      message: `cannot be combined with ${list([...new Set(others)])}`,
    }));
  }
  const nested = describeIssues(schema, prefixed(meant.errors, issue.path));
  return nested.length > 0 ? nested : [{ path: issue.path, message: issue.message }];
}

// A field that an alternative does not have, or that must be absent in it.
function foreignFields(errors: readonly z.$ZodIssue[]): string[] {
  return errors.flatMap((error) => {
    if (error.code === 'unrecognized_keys' && error.path.length === 0) return error.keys;
    if (error.code === 'invalid_type' && error.expected === 'undefined') return [String(error.path[0])];
    return [];
  });
}

function prefixed(errors: readonly z.$ZodIssue[], path: PropertyKey[]): z.$ZodIssue[] {
  return errors.map((error) => ({ ...error, path: [...path, ...error.path] }));
}

function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return 'is required';
  if (expected === 'undefined') return 'is not allowed here';
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
