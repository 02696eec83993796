import { secretsIn, secretsInCredential, secretsInHeaders } from './redact.ts';
import type { Header, WireRequest } from './transport/transport.ts';
import { queryIn } from './wire-request.ts';

/** What a call was given, and what became of it as far as it got. */
export interface CallMatter {
  readonly key: string | undefined;
  readonly credential: Header | undefined;
  /** Those that the caller added. */
  readonly headers: readonly Header[];
  readonly input: unknown;
  readonly extraBody: unknown;
  readonly request: WireRequest | undefined;
}

/** What no error, hook or log of a call may show. */
export function secretsOf({ key, credential, headers, input, extraBody, request }: CallMatter): string[] {
  const { body } = request ?? {};
  return [
    ...(key === undefined ? [] : [key]),
    ...(credential === undefined ? [] : secretsInCredential(credential)),
    ...secretsInHeaders(headers),
    ...secretsIn([input, extraBody]),
    // What was sent, too: its owner may have changed what was given since.
    ...(body === undefined ? [] : secretsIn(JSON.parse(body))),
    ...(request === undefined ? [] : secretsIn(queryIn(request))),
  ];
}
