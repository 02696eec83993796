import type { Phase } from '../errors.ts';
import type { WireFailure } from './transport.ts';

const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const POINTLESS = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);
// The names that Node, undici and Bun give to "nobody there".
const CONNECT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
  'FailedToOpenSocket',
]);
// Deno gives no codes. It says how far it came, and puts what broke behind it.
const DENO_CONNECT = /: client error \(Connect\): (dns error)?(invalid peer certificate)?/;
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/;

/**
 * Reads what broke from an error of whatever runtime.
 *
 * @param reached the phase that the exchange is known to have reached
 */
export function connectionFailure(error: unknown, reached: Phase): WireFailure {
  const code = codesIn(error).find(
    (name) => DNS.has(name) || CONNECT.has(name) || POINTLESS.has(name) || TLS.test(name),
  );
  const place = { kind: 'connection', message: messageOf(error), cause: error } as const;
  if (code === undefined) {
    const [unconnected, dns, certificate] = DENO_CONNECT.exec(place.message) ?? [];
    if (certificate !== undefined) return { ...place, phase: 'tls', repeat: 'pointless' };
    if (unconnected !== undefined) {
      return { ...place, phase: dns === undefined ? 'connect' : 'dns', repeat: 'cured' };
    }
    const unsent = reached === 'dns' || reached === 'connect' || reached === 'tls';
    return { ...place, phase: reached, repeat: unsent ? 'cured' : 'perhaps' };
  }
  if (DNS.has(code)) return { ...place, phase: 'dns', repeat: 'cured' };
  if (CONNECT.has(code)) return { ...place, phase: 'connect', repeat: 'cured' };
  if (POINTLESS.has(code)) return { ...place, phase: reached, repeat: 'pointless' };
  // A certificate that is wrong now is wrong in a second, too.
  return { ...place, phase: 'tls', repeat: 'pointless' };
}

/** The codes of an error, of its causes, and of the errors that it gathers (one for each address tried). */
function codesIn(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const gathered = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [...own, ...[error.cause, ...gathered].flatMap((inner) => codesIn(inner, depth + 1))];
}

function messageOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return 'the connection failed';
  // `fetch failed` says nothing; what it wraps does.
  if (error.cause instanceof Error && depth < 5) return messageOf(error.cause, depth + 1);
  if (error.message !== '') return error.message;
  return codesIn(error)[0] ?? error.name;
}
