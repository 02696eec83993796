import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, or undefined when it is not JSON. */
  readonly json: unknown;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The address it comes from. */
  readonly localAddress?: string;
  /** Hangs up when it aborts. */
  readonly signal?: AbortSignal;
}

/** One request by node:http, which sends any header, `Host` too. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body, localAddress, signal }: Asking = {},
): Promise<Reply> {
  const outgoing = request(url, { method, headers, agent: false, localAddress, signal });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answer = await text(incoming);
  const isJson = /\bjson\b/.test(incoming.headers['content-type'] ?? '');
  const json: unknown = isJson && answer !== '' ? JSON.parse(answer) : undefined;
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, text: answer, json };
}

/** Asks for a session. */
export function askForSession(
  url: string,
  body: unknown,
  headers: Asking['headers'] = {},
  signal?: AbortSignal,
): Promise<Reply> {
  return ask(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}
