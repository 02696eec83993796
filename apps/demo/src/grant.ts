/**
 * Speaks to the token server. It needs nothing but `fetch`, so it can be lifted into any page as it is.
 *
 * @module
 */

export type VendorName = 'simli' | 'anam' | 'liveavatar';

export interface Limits {
  /** How long the session may last. */
  readonly maxSessionSeconds: number;
  /** How long it may be silent. */
  readonly idleSeconds?: number;
  /** How long the page may send no heartbeat. */
  readonly heartbeatSeconds?: number;
}

export interface Preset {
  readonly name: string;
  readonly vendor: VendorName;
  readonly description?: string;
  readonly limits: Limits;
}

interface GrantOf<Vendor extends VendorName, Connect> {
  readonly id: string;
  readonly vendor: Vendor;
  readonly preset: string;
  /** For the vendor's browser SDK, and good for one session. */
  readonly token: string;
  /** When the token stops being good; ISO 8601, by the server's clock, from which this device's may differ. */
  readonly expiresAt?: string;
  /** Until when the session must have begun; by the same clock. */
  readonly redeemBy?: string;
  /** What the SDK needs beside the token. */
  readonly connect: Connect;
  readonly limits: Limits;
  /** What a backend can do to such a session. */
  readonly capabilities: { readonly stop: boolean; readonly keepAlive: boolean };
  /** Ends this session and nothing else, without any other proof. */
  readonly endToken: string;
}

export type SimliGrant = GrantOf<'simli', { readonly iceServers: RTCIceServer[] }>;
export type AnamGrant = GrantOf<'anam', Readonly<Record<string, unknown>>>;
export type LiveAvatarGrant = GrantOf<
  'liveavatar',
  { readonly mode: 'FULL' | 'LITE'; readonly session_id: string }
>;
export type Grant = SimliGrant | AnamGrant | LiveAvatarGrant;

/** The token server said no, or could not be asked. Its `code` does not change from one release to the next. */
export class GrantError extends Error {
  override readonly name: string = 'GrantError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  /** When it may be worth asking again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: string,
    message: string,
    more: {
      hint?: string | undefined;
      requestId?: string | undefined;
      retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.hint = more.hint;
    this.requestId = more.requestId;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

export interface MintOptions {
  /** The same key gives the same grant again; for servers that take one. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal;
}

/** What the server says of a session: that it counts, that it is over, or that it knows of none, as after a restart. */
export type Standing =
  | {
      readonly state: 'alive';
      /** Whether the server can stop it by now, which at Anam it can only once it knows the session's id. */
      readonly canStop: boolean | undefined;
    }
  | { readonly state: 'gone' | 'forgotten' };

export interface GrantClient {
  presets(signal?: AbortSignal): Promise<readonly Preset[]>;
  /** One grant, for one session. Rejects with a {@link GrantError}, or the reason of an abort. */
  mint(preset: string, options?: MintOptions): Promise<Grant>;
  /** Tells that the page is still there, and what the vendor calls the session where only the page learns it. */
  heartbeat(grant: Grant, vendorSessionId?: string): Promise<Standing>;
  /** Ends the session, as far as a server can. Rejects where the server may not know that it is over. */
  end(grant: Grant): Promise<void>;
  /** The same from a page that is being closed, which cannot wait for an answer. */
  endByBeacon(grant: Grant): void;
  /** Tells how long after its grant the picture came, for the server's statistics. Nobody waits for an answer. */
  firstFrameByBeacon(grant: Grant, ms: number): void;
}

/** A server that takes this long is as good as down. */
const ANSWER_MS = 15_000;
/** How the server says what is no failure, of a heartbeat or of an end. */
const STANDINGS: Readonly<Partial<Record<string, Standing>>> = {
  session_over: { state: 'gone' },
  session_not_found: { state: 'forgotten' },
};

/**
 * Talks to the token server at `baseUrl`, which has no slash at its end; '' is the page's own origin. `callerToken`
 * proves who is calling, to a server that asks: a JWT of your own backend's, say. It is asked for before each request
 * that needs one, so it may be short-lived.
 */
export function createGrantClient(baseUrl: string, callerToken?: () => Promise<string>): GrantClient {
  const ask = async (path: string, init: RequestInit, signal?: AbortSignal): Promise<unknown> => {
    const late = AbortSignal.timeout(ANSWER_MS);
    let answer: Response;
    let body: unknown;
    try {
      answer = await fetch(`${baseUrl}${path}`, {
        ...init,
        cache: 'no-store',
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      });
      body = fromJson(await answer.text());
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(baseUrl, late.aborted, error);
    }
    if (!answer.ok) throw refusal(answer, body);
    return body;
  };

  const askAsCaller = async (path: string, init: RequestInit, signal?: AbortSignal): Promise<unknown> => {
    const headers = new Headers(init.headers);
    if (callerToken !== undefined) headers.set('Authorization', `Bearer ${await callerToken()}`);
    signal?.throwIfAborted();
    return ask(path, { ...init, headers }, signal);
  };

  const routeOf = ({ id }: Grant, action: string): string =>
    `/v1/sessions/${encodeURIComponent(id)}/${action}`;

  return {
    presets: async (signal) => readPresets(await askAsCaller('/v1/presets', {}, signal)),
    mint: async (preset, { idempotencyKey, signal } = {}) => {
      const init = postOf({ preset });
      if (idempotencyKey !== undefined) init.headers.set('Idempotency-Key', idempotencyKey);
      return readGrant(await askAsCaller('/v1/sessions', init, signal));
    },
    heartbeat: async (grant, vendorSessionId) => {
      const init = vendorSessionId === undefined ? { method: 'POST' } : postOf({ vendorSessionId });
      try {
        const answer = await askAsCaller(routeOf(grant, 'heartbeat'), init);
        const canStop = isObject(answer) ? answer['canStop'] : undefined;
        return { state: 'alive', canStop: typeof canStop === 'boolean' ? canStop : undefined };
      } catch (error) {
        const standing = standingIn(error);
        if (standing === undefined) throw error;
        return standing;
      }
    },
    end: async (grant) => {
      const init = { method: 'POST', body: grant.endToken, keepalive: true };
      await ask(routeOf(grant, 'end'), init).catch((error: unknown) => {
        // What is over already, or unknown, need not be ended.
        if (standingIn(error) === undefined) throw error;
      });
    },
    endByBeacon: (grant) => {
      // A plain text needs no preflight, for which a closing page has no time.
      navigator.sendBeacon(`${baseUrl}${routeOf(grant, 'end')}`, grant.endToken);
    },
    firstFrameByBeacon: (grant, ms) => {
      const url = `${baseUrl}${routeOf(grant, 'first-frame')}`;
      navigator.sendBeacon(url, `${grant.endToken} ${Math.round(ms)}`);
    },
  };
}

function standingIn(error: unknown): Standing | undefined {
  return error instanceof GrantError ? STANDINGS[error.code] : undefined;
}

/** The body's value; none where it is empty or not JSON. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function postOf(body: object): { method: string; headers: Headers; body: string } {
  const headers = new Headers({ 'Content-Type': 'application/json' });
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

function unreachable(baseUrl: string, late: boolean, cause: unknown): GrantError {
  const where = baseUrl === '' ? 'this page’s own origin' : baseUrl;
  const error = late
    ? new GrantError('token_server_timeout', `The token server at ${where} did not answer in time.`, {
        hint: 'It may be overloaded or starting. Try again in a moment.',
      })
    : new GrantError('token_server_unreachable', `The token server at ${where} cannot be reached.`, {
        hint: 'Check that it runs, that it lets pages of this origin call, and that this page’s own Content-Security-Policy lets them ask it.',
      });
  error.cause = cause;
  return error;
}

/** In place of the server's own, which speak of headers and routes to those who write clients. */
const HINTS: Readonly<Partial<Record<string, string>>> = {
  unauthorized: 'Whoever serves this page must give it a token that the token server knows.',
  preset_forbidden: 'Choose another preset.',
  preset_not_found: 'The presets may have changed since this page was opened.',
  key_reused: 'Connect again.',
};

/** A problem document (RFC 9457) as an error; any other refusal as one that at least has its status. */
function refusal({ status, headers }: Response, body: unknown): GrantError {
  const { code, title, detail, hint, request_id } = isObject(body) ? body : {};
  const wait = Number(headers.get('retry-after') ?? undefined);
  const retryAfterSeconds = Number.isFinite(wait) ? wait : undefined;
  if (typeof code !== 'string') return unexplained(status, retryAfterSeconds);
  return new GrantError(code, sentenceOf(textOf(detail) ?? textOf(title) ?? code), {
    // Where there is a time to wait, the time says it.
    hint: HINTS[code] ?? (retryAfterSeconds === undefined ? textOf(hint) : undefined),
    requestId: textOf(request_id),
    retryAfterSeconds,
  });
}

/** A proxy that fails may have passed the request on, so nobody knows what became of it. */
function unexplained(status: number, retryAfterSeconds: number | undefined): GrantError {
  const message = `The address answered with status ${status}, and no explanation.`;
  return status >= 500
    ? new GrantError('token_server_failed', message, {
        hint: 'The token server, or a proxy before it, is in trouble. Try again in a moment.',
        retryAfterSeconds,
      })
    : new GrantError('not_a_token_server', message, { hint: 'Is the token server’s address right?' });
}

function sentenceOf(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function readPresets(body: unknown): readonly Preset[] {
  if (!isObject(body) || !Array.isArray(body['presets'])) throw notUnderstood('list of presets');
  return (body['presets'] as unknown[]).filter(isPreset);
}

function isPreset(value: unknown): value is Preset {
  return (
    isObject(value) && typeof value['name'] === 'string' && isVendor(value['vendor']) && hasLimits(value)
  );
}

function readGrant(body: unknown): Grant {
  const whole =
    isObject(body) &&
    ['id', 'preset', 'token', 'endToken'].every((field) => typeof body[field] === 'string') &&
    isVendor(body['vendor']) &&
    isObject(body['connect']) &&
    isObject(body['capabilities']) &&
    hasLimits(body);
  if (!whole) throw notUnderstood('grant');
  return body as unknown as Grant;
}

function hasLimits(value: Record<string, unknown>): boolean {
  return isObject(value['limits']) && typeof value['limits']['maxSessionSeconds'] === 'number';
}

function notUnderstood(what: string): GrantError {
  return new GrantError('not_a_token_server', `The address answered with something that is no ${what}.`, {
    hint: 'Is the token server’s address right, and is it of the same release as this page?',
  });
}

function isVendor(value: unknown): value is VendorName {
  return value === 'simli' || value === 'anam' || value === 'liveavatar';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
