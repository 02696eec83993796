import { headersOf } from './call-options.ts';
import type { Operation } from './operation.ts';
import type { CallOptions } from './options.ts';
import type { WireRequest } from './transport/transport.ts';

/** A JSON object, from the outside. */
type Fields = Readonly<Record<string, unknown>>;

/** What every request of a client shares. */
export interface RequestBase {
  readonly origin: string;
  readonly basePath: string;
  readonly userAgent: string;
  /** The header that proves who calls; absent where the operation needs none. */
  readonly credential: readonly [name: string, value: string] | undefined;
  readonly requestId: string;
}

/** Lays an input that passed its check on the wire, as its operation says. */
export function wireRequest<Input, Answer, Result>(
  operation: Operation<Input, Answer, Result>,
  input: Input,
  options: CallOptions | undefined,
  base: RequestBase,
): WireRequest {
  const { path, rest } = fillPath(operation, input as Fields);
  const body = bodyOf(operation.sends === 'json' ? rest : undefined, options?.extraBody);
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': base.userAgent,
    'x-request-id': base.requestId,
  };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (base.credential !== undefined) headers[base.credential[0]] = base.credential[1];
  for (const [name, value] of headersOf(options)) headers[name.toLowerCase()] = value;
  return {
    method: operation.method,
    origin: base.origin,
    path: base.basePath + path + (operation.sends === 'query' ? queryOf(rest) : ''),
    headers,
    body,
  };
}

/** The path with its placeholders filled, and the fields that went neither there nor into the credential. */
function fillPath<Input, Answer, Result>(
  { path, credential }: Operation<Input, Answer, Result>,
  input: Fields,
): { path: string; rest: Fields } {
  const used = new Set<string>(typeof credential === 'object' ? [credential.bearer] : []);
  if (used.size === 0 && !path.includes('{')) return { path, rest: input };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    used.add(name);
    return encodeURIComponent(String(input[name]));
  });
  return {
    path: filled,
    rest: Object.fromEntries(Object.entries(input).filter(([name]) => !used.has(name))),
  };
}

function bodyOf(fields: Fields | undefined, extra: Fields | undefined): string | undefined {
  if (extra === undefined) return fields === undefined ? undefined : JSON.stringify(fields);
  return JSON.stringify(merge(fields ?? {}, extra));
}

/** `extra` laid over `fields`, objects merged with objects. */
function merge(fields: Fields, extra: Fields): Fields {
  const merged = new Map(Object.entries(fields));
  for (const [name, value] of Object.entries(extra)) {
    const known = merged.get(name);
    merged.set(name, isPlainObject(known) && isPlainObject(value) ? merge(known, value) : value);
  }
  return Object.fromEntries(merged);
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function queryOf(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    // The check has seen to it that a query holds nothing but these.
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
