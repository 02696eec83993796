import { faultOfKey, reveal, type ApiKey } from './api-key.ts';
import { ATTEMPT_TIMEOUT_MS, DEADLINE_MS, MAX_ATTEMPTS } from './constants.ts';
import { ConfigurationError } from './errors.ts';
import { HOOK_NAMES, type CallEvent, type Hooks } from './hooks.ts';
import { fieldsOf, isPlain } from './json-fields.ts';
import { LOG_LEVELS, LOG_METHODS, type Logger, type LogLevel } from './logger.ts';
import { nearest } from './nearest.ts';
import { RetryBudget, type RetryBudgetLike } from './retry-budget.ts';
import type { SecretLike } from './secret.ts';
import type { FetchLike } from './transport/fetch.ts';
import type { Vendor } from './vendor.ts';

/** What every client takes. `undefined` is the same as absent. */
export interface ClientOptions {
  /**
   * A string, a `Secret`, or a function (also async) asked at each call, for rotation.
   * Default: the vendor's environment variable, such as `SIMLI_API_KEY`.
   */
  readonly apiKey?: ApiKey | undefined;
  /** Default: the vendor's. https, or http to a loopback host; may carry a path. */
  readonly baseUrl?: string | undefined;
  /** One attempt, from sending to the parsed body, in milliseconds. Default 10 000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** The whole call, waits included, in milliseconds. Default 30 000. */
  readonly deadlineMs?: number | undefined;
  /** Attempts per call, the first included. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Default: one per client. Give one to share it, or `false` to retry without a bound. */
  readonly retryBudget?: RetryBudgetLike | false | undefined;
  /** Replaces the transport: edge runtimes, tests, mocks. */
  readonly fetch?: FetchLike | undefined;
  /** A `Dispatcher` of undici 7 or 8, for proxies, sockets and pools of your own; it stays yours to close. Node only, refused elsewhere. */
  readonly dispatcher?: DispatcherLike | undefined;
  /** Callbacks for watching calls; a list to have several watch. */
  readonly hooks?: Hooks | readonly Hooks[] | undefined;
  /**
   * Where to write. Never a body, a key or a token. Without one nothing is written, but that a hook of yours threw: once,
   * on the console.
   */
  readonly logger?: Logger | undefined;
  /** The least severe level that is written; `off` for nothing at all. Default `warn`. */
  readonly logLevel?: LogLevel | undefined;
  /**
   * A key in a browser can be read by everybody who opens the page, so a client refuses to be made there.
   * `true` makes it all the same, for a tool that only its owner opens; that the vendor takes calls of other origins'
   * pages is unproven. Default `false`.
   */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

/** What every method takes as its second argument. */
export interface CallOptions {
  /** Cancels the call, waits included. */
  readonly signal?: AbortSignal | undefined;
  /** For this call instead of the client's. */
  readonly attemptTimeoutMs?: number | undefined;
  /** For this call instead of the client's. */
  readonly deadlineMs?: number | undefined;
  /** For this call instead of the client's. */
  readonly maxAttempts?: number | undefined;
  /** Sent beside our own. Those that prove who calls, or rule body and connection, are the client's alone. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /**
   * Fields that the vendor added and this package does not know yet; merged into the body, objects with objects.
   * Refused where the request has no body.
   */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/** The part of undici's `Dispatcher` that is used, so that its types are no business of whoever does not have it. */
export interface DispatcherLike {
  // A method and `never`, so that any version's own, more exact declaration fits.
  dispatch(options: never, handler: never): boolean;
}

/** The options of a client with their defaults, checked. */
export interface Settings {
  readonly apiKey: string | (() => string | SecretLike | Promise<string | SecretLike>);
  readonly origin: string;
  readonly basePath: string;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  readonly retryBudget: RetryBudgetLike | undefined;
  readonly fetch: FetchLike | undefined;
  readonly dispatcher: DispatcherLike | undefined;
  readonly hooks: readonly Hooks[];
  readonly logger: Logger | undefined;
  readonly logLevel: LogLevel;
}

const CLIENT_OPTIONS: readonly (keyof ClientOptions)[] = [
  'apiKey',
  'baseUrl',
  'attemptTimeoutMs',
  'deadlineMs',
  'maxAttempts',
  'retryBudget',
  'fetch',
  'dispatcher',
  'hooks',
  'logger',
  'logLevel',
  'dangerouslyAllowBrowser',
];

/** Checks the options of a client and fills in the defaults. Throws a {@link ConfigurationError} that names the option. */
export function resolveSettings(vendor: Vendor, options: ClientOptions): Settings {
  const refuse = refusalFor(vendor);
  refuseUnknown(options, CLIENT_OPTIONS, refuse);
  refuseBrowser(vendor, options, refuse);
  const { retryBudget, fetch, dispatcher, hooks, logger, logLevel } = options;
  if (retryBudget !== undefined && retryBudget !== false && !isBudget(retryBudget)) {
    throw refuse('retryBudget', 'must be a RetryBudget or false');
  }
  if (fetch !== undefined && typeof fetch !== 'function') throw refuse('fetch', 'must be a function');
  if (dispatcher !== undefined && typeof fieldsOf(dispatcher)['dispatch'] !== 'function') {
    throw refuse('dispatcher', 'must be a Dispatcher of undici 7 or 8');
  }
  if (fetch !== undefined && dispatcher !== undefined) {
    throw refuse('dispatcher', 'cannot be combined with "fetch": each replaces the transport');
  }
  if (logger !== undefined && !LOG_METHODS.every((name) => typeof fieldsOf(logger)[name] === 'function')) {
    throw refuse('logger', `must have the methods ${LOG_METHODS.join(', ')}`);
  }
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel)) {
    throw refuse('logLevel', `must be one of ${LOG_LEVELS.join(', ')}`);
  }
  return {
    apiKey: resolveKey(vendor, options.apiKey, refuse),
    ...resolveBaseUrl(options.baseUrl ?? vendor.baseUrl, refuse),
    attemptTimeoutMs: positive('attemptTimeoutMs', options.attemptTimeoutMs, ATTEMPT_TIMEOUT_MS, refuse),
    deadlineMs: positive('deadlineMs', options.deadlineMs, DEADLINE_MS, refuse),
    maxAttempts: wholePositive('maxAttempts', options.maxAttempts, MAX_ATTEMPTS, refuse),
    retryBudget: retryBudget === false ? undefined : (retryBudget ?? new RetryBudget()),
    fetch,
    dispatcher,
    hooks: resolveHooks(hooks, refuse),
    logger,
    logLevel: logLevel ?? 'warn',
  };
}

/** Makes the error for one option. */
export type Refuse = (option: string, rule: string) => ConfigurationError;

/** How errors about a vendor's options are made, or about those of one call. */
export function refusalFor(vendor: Vendor, call?: CallEvent): Refuse {
  const who = call === undefined ? vendor.name : `${vendor.name} ${call.operation}`;
  return (option, rule) =>
    new ConfigurationError({
      code: 'configuration',
      vendor: vendor.name,
      ...call,
      message: `${who}: ${option} ${rule}`,
      issues: [{ path: option, message: rule }],
    });
}

/** Refuses an option that nobody knows, and says which was meant. */
export function refuseUnknown(options: object, known: readonly string[], refuse: Refuse): void {
  if (fieldsOf(options) !== options) throw refuse('options', 'must be an object');
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw refuse(name, `is not an option${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
  }
}

// Not instanceof: the budget may come from another copy of this package.
function isBudget(value: unknown): boolean {
  const { take, noteSuccess } = fieldsOf(value);
  return typeof take === 'function' && typeof noteSuccess === 'function';
}

function refuseBrowser(vendor: Vendor, options: ClientOptions, refuse: Refuse): void {
  // A page, or a worker of one: no server's runtime has `importScripts`, in its workers neither.
  const inBrowser = ('window' in globalThis && 'document' in globalThis) || 'importScripts' in globalThis;
  if (!inBrowser || options.dangerouslyAllowBrowser === true) return;
  throw refuse(
    'apiKey',
    `would be readable by everybody who opens this page. Mint ${vendor.name} tokens on a server and give the ` +
      'browser those; if only you ever open this page, set dangerouslyAllowBrowser: true',
  );
}

function resolveKey(vendor: Vendor, given: ApiKey | undefined, refuse: Refuse): Settings['apiKey'] {
  if (typeof given === 'function') return given;
  const key = given === undefined ? environmentVariable(vendor.apiKeyVariable) : reveal(given);
  if (given === undefined && key === undefined) {
    throw refuse('apiKey', `is missing: pass it as an option or set ${vendor.apiKeyVariable}`);
  }
  const fault = faultOfKey(key);
  if (fault !== undefined) {
    throw refuse(given === undefined ? vendor.apiKeyVariable : 'apiKey', `${fault}; give the key alone`);
  }
  return String(key);
}

/** Reads a variable where the runtime has any and lets it be read: Deno throws without `--allow-env`. */
function environmentVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return process?.env?.[name];
  } catch {
    return undefined;
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function resolveBaseUrl(baseUrl: string, refuse: Refuse): { origin: string; basePath: string } {
  if (baseUrl === '') throw refuse('baseUrl', 'is empty');
  if (!URL.canParse(baseUrl)) throw refuse('baseUrl', 'is not a URL; it looks like https://api.example.com');
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse('baseUrl', 'must start with https://');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw refuse('baseUrl', 'must be https: over http, everybody on the way could read the key');
  }
  if (url.search !== '' || url.hash !== '') throw refuse('baseUrl', 'must not have a query or a fragment');
  if (url.username !== '' || url.password !== '')
    throw refuse('baseUrl', 'must not hold a user or a password');
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

/** A finite number above 0, or the fallback. */
export function positive(
  option: string,
  given: number | undefined,
  fallback: number,
  refuse: Refuse,
): number {
  if (given === undefined) return fallback;
  if (Number.isFinite(given) && given > 0) return given;
  throw refuse(option, 'must be a finite number above 0');
}

/** A whole number above 0, or the fallback. */
export function wholePositive(
  option: string,
  given: number | undefined,
  fallback: number,
  refuse: Refuse,
): number {
  if (given === undefined) return fallback;
  if (Number.isSafeInteger(given) && given > 0) return given;
  throw refuse(option, 'must be a whole number above 0');
}

function resolveHooks(given: ClientOptions['hooks'], refuse: Refuse): readonly Hooks[] {
  const all = given === undefined ? [] : [given].flat();
  for (const hooks of all) {
    if (fieldsOf(hooks) !== hooks) throw refuse('hooks', 'must be an object');
    // A class of hooks has fields of its own.
    if (isPlain(hooks)) refuseUnknown(hooks, HOOK_NAMES, (name, rule) => refuse(`hooks.${name}`, rule));
    for (const name of HOOK_NAMES) {
      if (hooks[name] !== undefined && typeof hooks[name] !== 'function') {
        throw refuse(`hooks.${name}`, 'must be a function');
      }
    }
  }
  return all;
}
