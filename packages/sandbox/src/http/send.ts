import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Fault } from '../control/faults.ts';
import type { Answer } from '../wire/answer.ts';

const CHUNK = Buffer.alloc(65_536, ' ');

interface Encoded {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function encode({ body, headers = {} }: Answer): Encoded {
  if (body === undefined) return { bytes: Buffer.alloc(0), headers: lowerCased(headers) };
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  return { bytes, headers: { 'content-type': type, ...lowerCased(headers) } };
}

/** Names that differ in their case alone are one header, and would be written twice. */
const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Writes an answer, spoilt by `fault` where the fault is one of the wire. */
export async function send(response: ServerResponse, answer: Answer, fault?: Fault): Promise<void> {
  const { bytes, headers } = encode(answer);
  const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
  // HTTP forbids the header where the status rules a body out.
  const length: Record<string, string> =
    answer.status === 204 ? {} : { 'content-length': String(bytes.length) };
  const head = (extra: Readonly<Record<string, string>>): ServerResponse =>
    response.writeHead(answer.status, { ...headers, ...extra });

  if (fault && 'reset' in fault) {
    if (fault.reset === 'before-answer') response.socket?.resetAndDestroy();
    else head(length).write(half, () => response.destroy());
  } else if (fault && 'stall' in fault) {
    if (fault.stall === 'body') head(length).write(half);
  } else if (fault && 'truncate' in fault) {
    head({}).write(half);
    response.end();
  } else if (fault && 'oversized' in fault) {
    await pipeline(Readable.from(filledUp(bytes, fault.oversized)), head({}));
  } else if (fault && 'contentType' in fault) {
    head({ ...length, 'content-type': fault.contentType }).end(bytes);
  } else {
    head(length).end(bytes);
  }
}

/** JSON may be followed by blanks: the answer stays right, and only grows. */
function* filledUp(bytes: Buffer, size: number): Generator<Buffer> {
  yield bytes;
  for (let left = size - bytes.length; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, left);
}
