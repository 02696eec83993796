import type { StandardSchema } from '@org/core';
import { Ajv, type ValidateFunction } from 'ajv';
import { RE2JS } from 're2js';
import type { LocatedProblem } from './located-yaml.ts';
import { FIELD_PATH } from './preset-rules.ts';

/** What a caller may change in a preset's request: each field by its path, and what may stand there. */
export type OverrideChecks = ReadonlyMap<string, ValidateFunction>;

/** Node's own patterns backtrack: with some that look harmless, a caller's text of thirty signs takes minutes. */
function linearPattern(pattern: string): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(pattern));
}
// Only for code that Ajv would write to a file.
linearPattern.code = 'linearPattern';

/** Compiles the JSON Schemas of a preset. */
export function readOverrides(
  written: Readonly<Record<string, unknown>>,
  cappedFields: readonly (readonly string[])[],
): { checks: OverrideChecks; problems: readonly LocatedProblem[] } {
  const ajv = new Ajv({ strict: true, allErrors: false, code: { regExp: linearPattern } });
  const checks = new Map<string, ValidateFunction>();
  const problems: LocatedProblem[] = [];
  const capped = cappedFields.map((path) => path.join('.'));
  for (const [field, schema] of Object.entries(written)) {
    const problem = (message: string): number => problems.push({ path: ['overrides', field], message });
    if (!FIELD_PATH.test(field)) problem('is no path of fields, such as personaConfig.name');
    else if (capped.includes(field)) problem('is a cap, which callers never set');
    else if (capped.some((cap) => cap.startsWith(`${field}.`))) {
      problem('has a place for a cap, which callers never set: name the fields in it that they may');
    } else if (typeof schema !== 'object' || schema === null) problem('must be a JSON Schema');
    else {
      try {
        const check = ajv.compile(schema);
        // Its answer would be a promise, which passes for a yes.
        if ('$async' in check) problem('has "$async", and callers are not waited for: leave it out');
        else checks.set(field, check);
      } catch (error) {
        problem(`is no JSON Schema: ${error instanceof Error ? error.message : 'unknown reason'}`);
      }
    }
  }
  return { checks, problems };
}

/** The overrides that the vendor refuses whatever a caller gives, because its request has no such field. */
export function overridesAstray(
  checks: OverrideChecks,
  request: Readonly<Record<string, unknown>>,
  vendors: StandardSchema<unknown>,
): readonly LocatedProblem[] {
  return [...checks.keys()].flatMap((field) => {
    const steps = field.split('.');
    const tried = structuredClone(request) as Record<string, unknown>;
    setAt(tried, steps, null);
    const { issues = [] } = vendors['~standard'].validate(tried);
    // What else is refused is the null, or goes with another override.
    const stray = issues.find(
      ({ path = [], message }) =>
        message.startsWith('is not a field') && path.every((step, at) => step === steps[at]),
    );
    if (stray?.path === undefined) return [];
    const { path, message } = stray;
    const where = path.length < steps.length ? `leads into "${path.map(String).join('.')}", which ` : '';
    return [{ path: ['overrides', field], message: `${where}${message}` }];
  });
}

/** The request with what a caller gave instead, or what is wrong with that: fields and rules, never values. */
export function override(
  request: Readonly<Record<string, unknown>>,
  checks: OverrideChecks,
  given: Readonly<Record<string, unknown>>,
): { readonly request: Record<string, unknown> } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const changed = structuredClone(request) as Record<string, unknown>;
  for (const [field, value] of Object.entries(given)) {
    const check = checks.get(field);
    if (check === undefined) {
      const shown = FIELD_PATH.test(field) ? field : 'one of the overrides';
      problems.push(`${shown} is not a field that callers of this preset may override`);
    } else if (!check(value)) {
      const [first] = check.errors ?? [];
      problems.push(`${field}${first?.instancePath ?? ''} ${first?.message ?? 'is not allowed'}`);
    } else setAt(changed, field.split('.'), value);
  }
  return problems.length > 0 ? { problems } : { request: changed };
}

// The paths come from the owner's file and FIELD_PATH has no word in it that leads to a prototype.
function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let inside = target;
  for (const name of path.slice(0, -1)) {
    const next = inside[name];
    const object: Record<string, unknown> =
      typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    inside[name] = object;
    inside = object;
  }
  inside[path.at(-1) ?? ''] = value;
}
