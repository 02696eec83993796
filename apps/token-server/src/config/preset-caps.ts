import type { LocatedProblem } from './located-yaml.ts';
import type { Caps, PresetRules } from './preset-rules.ts';

/** The parts of a preset that caps concern. */
interface Uncapped {
  readonly caps: { readonly maxSessionSeconds: number; readonly idleSeconds?: number | undefined };
  readonly request: Readonly<Record<string, unknown>>;
}

/** A request with its caps written into the vendor's own fields. */
interface Capped {
  readonly caps: Caps;
  readonly request: Record<string, unknown>;
  readonly problems: readonly LocatedProblem[];
}

/** Writes a preset's caps into its request, where the vendor takes them. */
export function withCaps({ caps: given, request: uncapped }: Uncapped, rules: PresetRules): Capped {
  const problems: LocatedProblem[] = [];
  if (given.idleSeconds !== undefined && rules.idleSeconds === undefined) {
    problems.push({ path: ['caps', 'idleSeconds'], message: 'is a cap that this vendor does not have' });
  }
  const { maxSessionSeconds, idleSeconds = rules.idleSeconds } = given;
  const caps: Caps = { maxSessionSeconds, ...(idleSeconds !== undefined && { idleSeconds }) };
  const request = structuredClone(uncapped) as Record<string, unknown>;
  const fields = rules.takesNoCap?.(request) === true ? {} : rules.capFields;
  for (const cap of ['maxSessionSeconds', 'idleSeconds'] as const) {
    const field = fields[cap];
    if (field === undefined) continue;
    const parent = parentOf(request, field);
    // Without the object around it there is nothing to cap, and the vendor's check will miss it.
    if (parent === undefined) continue;
    const last = field.at(-1) ?? '';
    if (last in parent) {
      problems.push({ path: ['request', ...field], message: `is set by caps.${cap}: write it there only` });
    } else parent[last] = caps[cap];
  }
  return { caps, request, problems };
}

function parentOf(
  request: Record<string, unknown>,
  field: readonly string[],
): Record<string, unknown> | undefined {
  return field.slice(0, -1).reduce<Record<string, unknown> | undefined>((inside, name) => {
    const value = inside?.[name];
    return isRecord(value) ? value : undefined;
  }, request);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
