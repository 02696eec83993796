import type { IncomingMessage } from 'node:http';

/** Far above any real request; it bounds what a stray client can make the sandbox hold. */
const MAX_BODY_BYTES = 1_048_576;

export interface ReadBody {
  readonly bytes: number;
  readonly text: string;
  readonly tooLarge: boolean;
}

/** Reads a body to its end, keeping no more than the limit. */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  const tooLarge = bytes > MAX_BODY_BYTES;
  return { bytes, text: tooLarge ? '' : Buffer.concat(chunks).toString('utf8'), tooLarge };
}

export type ParsedBody = { readonly value: unknown } | { readonly problem: string };

/** A body as JSON; `{ value: undefined }` when there was none. */
export function parseJson({ text, bytes }: ReadBody, contentType: string | undefined): ParsedBody {
  if (bytes === 0) return { value: undefined };
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(contentType ?? '')) {
    return { problem: 'must be sent as application/json' };
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: 'is not JSON' };
  }
}
