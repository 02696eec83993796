import { operations } from '../src/contracts/operations.ts';
import type { Sandbox } from '../src/index.ts';
import type { Operations, Vendor } from '../src/vendor.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed, or undefined when it is not JSON. */
  readonly json: unknown;
}

export interface Sent {
  readonly body?: unknown;
  readonly query?: Record<string, string>;
  readonly path?: Record<string, string>;
  /** Instead of the vendor's usual key header. */
  readonly headers?: Record<string, string>;
}

export const keyHeader: Readonly<Record<Vendor, (key: string) => Record<string, string>>> = {
  simli: (key) => ({ 'x-simli-api-key': key }),
  anam: (key) => ({ authorization: `Bearer ${key}` }),
  liveavatar: (key) => ({ 'x-api-key': key }),
};

/** Calls one operation over real HTTP, as its contract has it, with a good key unless told otherwise. */
export async function call<V extends Vendor>(
  sandbox: Sandbox,
  vendor: V,
  operation: Operations[V],
  { body, query = {}, path = {}, headers = keyHeader[vendor]('good-key') }: Sent = {},
): Promise<Reply> {
  const found = operations.find((one) => one.vendor === vendor && one.operation === operation);
  if (!found) throw new Error(`no operation ${operation}`);
  const filled = found.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => path[name] ?? '');
  const search = new URLSearchParams(query).toString();
  const url = `${sandbox[vendor].baseUrl}${filled}${search ? `?${search}` : ''}`;
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return send(url, {
    method: found.method,
    headers: { ...json, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

export async function send(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The data of a LiveAvatar envelope, as strings. */
export function dataOf({ json }: Reply): Record<string, string> {
  return (json as { data: Record<string, string> }).data;
}

/** The payload of a token of JWT's shape. */
export function payloadOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}
