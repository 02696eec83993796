import { faultOfKey } from './api-key.ts';
import type { Issue } from './issue.ts';
import { fieldsOf } from './json-fields.ts';
import type { Operation } from './operation.ts';
import type { Header, WireRequest } from './transport/transport.ts';

/** A JSON object, from the outside. */
type Fields = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /\{([^{}]+)\}/g;
const PARAMETER_TYPES = ['string', 'number', 'boolean'];

/** What every request of a client shares. */
export interface RequestBase {
  readonly origin: string;
  readonly basePath: string;
  readonly userAgent: string;
  readonly requestId: string;
}

/** What a caller adds to a request beside its input. */
export interface Additions {
  readonly headers?: readonly Header[] | undefined;
  readonly extraBody?: Fields | undefined;
}

/** Where the fields of an operation's input go. */
type Destination = Pick<Operation<never, never>, 'path' | 'sends'> & {
  readonly credential: 'api_key' | 'none' | { readonly bearer: string };
};

/** A request that lacks the header that proves who calls. */
export interface Draft extends WireRequest {
  readonly headers: Record<string, string>;
}

/** Lays an input that passed its check on the wire, as its operation says. */
export function wireRequest<Input, Answer, Result>(
  operation: Operation<Input, Answer, Result>,
  input: Input,
  { headers: added = [], extraBody }: Additions,
  base: RequestBase,
): Draft {
  const fields = fieldsOf(input);
  const rest = restOf(operation, fields);
  const body = bodyOf(operation.sends === 'json' ? rest : undefined, extraBody);
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': base.userAgent,
    'x-request-id': base.requestId,
  };
  if (body !== undefined) headers['content-type'] = 'application/json';
  for (const [name, value] of added) headers[name.toLowerCase()] = value;
  return {
    method: operation.method,
    origin: base.origin,
    path: `${base.basePath}${fillPath(operation.path, fields)}${operation.sends === 'query' ? queryOf(rest) : ''}`,
    headers,
    body,
  };
}

/** Where a request goes, without the query. */
export function urlOf({ origin, path }: WireRequest): string {
  const query = path.indexOf('?');
  return origin + (query < 0 ? path : path.slice(0, query));
}

/** The parameters in a request's query: a list of pairs, since a name may come more than once. */
export function queryIn({ path }: WireRequest): readonly Fields[] {
  const query = path.indexOf('?');
  if (query < 0) return [];
  return Array.from(new URLSearchParams(path.slice(query)), ([name, value]) => ({ [name]: value }));
}

/**
 * The fields of an input that its check has let through, and that cannot be written where the operation sends them:
 * as a token in a header, as a segment of the path, or into the query. Written all the same, they would be refused,
 * lead to another path, or be lost.
 */
export function unwritableIn(operation: Destination, input: unknown): readonly Issue[] {
  const { credential } = operation;
  const fields = fieldsOf(input);
  const faults = placeholdersIn(operation.path).map((name) => [name, faultOfSegment(fields[name])] as const);
  if (typeof credential === 'object') faults.push([credential.bearer, faultOfKey(fields[credential.bearer])]);
  if (operation.sends === 'query') {
    for (const [name, value] of Object.entries(restOf(operation, fields))) {
      faults.push([name, faultOfParameter(value)]);
    }
  }
  return faults.flatMap(([path, message]) => (message === undefined ? [] : [{ path, message }]));
}

function faultOfSegment(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return 'must be a string or a number: it is part of the path';
  }
  return ['', '.', '..'].includes(String(value)) ? 'must not be empty or consist of dots' : undefined;
}

function faultOfParameter(value: unknown): string | undefined {
  return value === undefined || listOf(value).every((one) => PARAMETER_TYPES.includes(typeof one))
    ? undefined
    : 'must be a string, a number, a boolean or a list of them: it goes into the query';
}

function placeholdersIn(path: string): string[] {
  return path.includes('{') ? Array.from(path.matchAll(PLACEHOLDER), ([, name = '']) => name) : [];
}

function fillPath(path: string, input: Fields): string {
  return path.replace(PLACEHOLDER, (_, name: string) => encodeURIComponent(String(input[name])));
}

/** The fields that go neither into the path nor into the credential. */
function restOf({ path, credential }: Destination, input: Fields): Fields {
  const used = placeholdersIn(path);
  if (typeof credential === 'object') used.push(credential.bearer);
  if (used.length === 0) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !used.includes(name)));
}

function bodyOf(fields: Fields | undefined, extra: Fields | undefined): string | undefined {
  if (extra === undefined) return fields === undefined ? undefined : JSON.stringify(fields);
  return JSON.stringify(merge(fields ?? {}, extra));
}

/** `extra` laid over `fields`, objects merged with objects. What is `undefined` says nothing, as in `fields`. */
function merge(fields: Fields, extra: Fields): Fields {
  const merged = new Map(Object.entries(fields));
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) continue;
    const known = merged.get(name);
    merged.set(name, isPlainObject(known) && isPlainObject(value) ? merge(known, value) : value);
  }
  return Object.fromEntries(merged);
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function queryOf(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    for (const one of listOf(value)) query.append(name, String(one));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
