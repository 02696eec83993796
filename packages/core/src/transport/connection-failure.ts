import type { Phase } from '../errors.ts';
import type { WireFailure } from './transport.ts';

/** The phases in which nothing of the request has left. */
export const UNSENT: readonly Phase[] = ['dns', 'connect', 'tls'];

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
 * @param reached the phase that the exchange is known to have reached; `undefined` where the runtime does not tell
 */
export function connectionFailure(error: unknown, reached: Phase | undefined): WireFailure {
  try {
    return readFailure(error, reached);
  } catch {
    // A proxy, or a getter, that throws in its turn: as good as nothing.
    return readFailure(undefined, reached);
  }
}

function readFailure(error: unknown, reached: Phase | undefined): WireFailure {
  const codes = codesIn(error);
  const place = { kind: 'connection', message: messageOf(error), cause: error } as const;
  const phase = reached ?? 'sent';
  if (codes.some((code) => POINTLESS.has(code))) return { ...place, phase, repeat: 'pointless' };
  // What is known to have gone out cannot be unsent by a code: a dispatcher may have met it when it sent once more.
  if (reached !== undefined && !UNSENT.includes(reached)) return { ...place, phase, repeat: 'perhaps' };
  const unconnected = unconnectedBy(codes) ?? unconnectedInDeno(place.message);
  // A certificate that is wrong now is wrong in a second, too.
  if (unconnected === 'tls') return { ...place, phase: 'tls', repeat: 'pointless' };
  if (unconnected !== undefined) return { ...place, phase: unconnected, repeat: 'cured' };
  return { ...place, phase, repeat: reached === undefined ? 'perhaps' : 'cured' };
}

/** Where no connection came to stand, by the first code that says so. */
function unconnectedBy(codes: readonly string[]): Phase | undefined {
  for (const code of codes) {
    if (DNS.has(code)) return 'dns';
    if (CONNECT.has(code)) return 'connect';
    if (TLS.test(code)) return 'tls';
  }
  return undefined;
}

function unconnectedInDeno(message: string): Phase | undefined {
  const [connect, dns, certificate] = DENO_CONNECT.exec(message) ?? [];
  if (certificate !== undefined) return 'tls';
  if (dns !== undefined) return 'dns';
  return connect === undefined ? undefined : 'connect';
}

/** The codes of an error, of its causes, and of the errors that it gathers (one for each address tried). */
function codesIn(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = codeOf(error);
  const gathered = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [...own, ...[error.cause, ...gathered].flatMap((inner) => codesIn(inner, depth + 1))];
}

function codeOf(error: Error): readonly string[] {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code !== 'string') return [];
  // A host can become unreachable while a connection stands, too, which reading or writing on it then meets.
  const stood = syscall === 'read' || syscall === 'write';
  return stood && CONNECT.has(code) ? [] : [code];
}

function messageOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return 'the connection failed';
  // `fetch failed` says nothing; what it wraps does.
  if (error.cause instanceof Error && depth < 5) return messageOf(error.cause, depth + 1);
  if (error.message !== '') return error.message;
  return codesIn(error)[0] ?? error.name;
}
