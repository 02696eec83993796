import { isPlain } from './json-fields.ts';
import type { Operation } from './operation.ts';
import {
  positive,
  refuseUnknown,
  wholePositive,
  type CallOptions,
  type Refuse,
  type Settings,
} from './options.ts';
import type { Header } from './transport/transport.ts';
import type { Vendor } from './vendor.ts';

const CALL_OPTIONS: readonly (keyof CallOptions)[] = [
  'signal',
  'attemptTimeoutMs',
  'deadlineMs',
  'maxAttempts',
  'headers',
  'extraBody',
];

/**
 * A copy of a call's options, read by name as the call reads them: a class may have them. Those that nobody knows are
 * in it, for the call to refuse.
 */
export function copyOfOptions(options: CallOptions): CallOptions {
  return { ...options, ...Object.fromEntries(CALL_OPTIONS.map((name) => [name, options[name]])) };
}

/** The limits of one call, checked. */
export interface CallSettings {
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly maxAttempts: number;
}

/** Checks the options of one call against the client's. Throws what `refuse` makes, which names the option. */
export function resolveCall(
  { vendor, settings }: { readonly vendor: Vendor; readonly settings: Settings },
  options: CallOptions,
  { method, sends }: Pick<Operation<never, never>, 'method' | 'sends'>,
  refuse: Refuse,
): CallSettings {
  refuseUnknown(options, CALL_OPTIONS, refuse);
  const { signal, headers, extraBody } = options;
  // Not instanceof: the signal may come from another realm.
  if (signal != null && typeof signal.addEventListener !== 'function') {
    throw refuse('signal', 'must be an AbortSignal');
  }
  if (headers !== undefined) refuseHeaders(vendor, headers, refuse);
  if (extraBody !== undefined) {
    if (!isPlain(extraBody)) throw refuse('extraBody', 'must be a plain object');
    if (method === 'GET' || sends === 'nothing')
      throw refuse('extraBody', 'cannot be sent: this request has no body');
  }
  return {
    attemptTimeoutMs: positive(
      'attemptTimeoutMs',
      options.attemptTimeoutMs,
      settings.attemptTimeoutMs,
      refuse,
    ),
    deadlineMs: positive('deadlineMs', options.deadlineMs, settings.deadlineMs, refuse),
    maxAttempts: wholePositive('maxAttempts', options.maxAttempts, settings.maxAttempts, refuse),
  };
}

/** The headers of a call as they are now, in whichever form they were given. */
export function headersOf(options: CallOptions | undefined): readonly Header[] {
  const headers = options?.headers ?? {};
  return isHeaders(headers) ? [...headers.entries()] : Object.entries(headers);
}

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

// Who calls, what the body is, and what is between the transport and the other end of its connection. A request that
// asks for an encoding would get an answer that nobody decodes.
const OWN_HEADERS: readonly string[] = [
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'content-range',
  'host',
  'x-request-id',
  'accept-encoding',
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

function refuseHeaders(vendor: Vendor, headers: NonNullable<CallOptions['headers']>, refuse: Refuse): void {
  if (!isPlain(headers) && !isHeaders(headers)) {
    throw refuse('headers', 'must be a plain object, or Headers');
  }
  const [keyHeader] = vendor.apiKeyHeader('');
  for (const [name, value] of headersOf({ headers })) {
    const lowerCase = name.toLowerCase();
    if (lowerCase === keyHeader.toLowerCase() || OWN_HEADERS.includes(lowerCase)) {
      throw refuse(`headers.${name}`, 'is for the client alone to set');
    }
    // Checked here, because the transports would quote the value in their errors.
    if (typeof value !== 'string' || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw refuse(`headers.${name}`, 'must be a name and a string that HTTP allows in a header');
    }
  }
}

// Not instanceof: what is given may come from another realm, or from another copy of undici.
function isHeaders(value: object): value is Headers {
  return Object.prototype.toString.call(value) === '[object Headers]';
}
