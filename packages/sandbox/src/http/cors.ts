const exposed = 'retry-after, x-ratelimit-reset';

/**
 * What lets a browser read an answer. LiveAvatar's SDK sends credentials, and a browser then takes no `*`:
 * the origin is echoed. Simli's and Anam's send none.
 */
export function corsHeaders(credentials: boolean, origin: string | undefined): Record<string, string> {
  if (!credentials) {
    return { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposed };
  }
  if (origin === undefined) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': exposed,
    vary: 'Origin',
  };
}

/** The rest of what a preflight asks. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'authorization, content-type, x-api-key, x-request-id, x-simli-api-key',
    'access-control-max-age': '600',
  };
}
