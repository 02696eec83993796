import { GrantError, type Grant, type GrantClient } from './grant.ts';

/**
 * Servers let a page take some two minutes to begin. A grant that was asked for longer ago than this is given back
 * instead. It is counted here, because this device's clock may differ from the server's.
 */
const GOOD_FOR_MS = 90_000;

/** An intent whose answer may have been lost. Its key gives the same grant, if there is one. */
interface Intent {
  readonly preset: string;
  readonly key: string;
  /** When it was first sent, by `performance.now()`. */
  readonly sentAt: number;
}

/** Asks for grants. A click after one whose answer never came cannot make a second session. */
export class Minter {
  readonly #grants: Pick<GrantClient, 'mint' | 'end'>;
  /** The last of each preset's. */
  readonly #unanswered = new Map<string, Intent>();

  constructor(grants: Pick<GrantClient, 'mint' | 'end'>) {
    this.#grants = grants;
  }

  async mint(preset: string, signal: AbortSignal): Promise<Grant> {
    const before = this.#unanswered.get(preset);
    const kept = before && (await this.#repeat(before, signal));
    return kept ?? this.#send({ preset, key: newKey(), sentAt: performance.now() }, signal);
  }

  /** What that intent has led to, if a session can still begin with it. */
  async #repeat(intent: Intent, signal: AbortSignal): Promise<Grant | undefined> {
    try {
      const grant = await this.#send(intent, signal);
      this.#unanswered.delete(intent.preset);
      if (performance.now() - intent.sentAt < GOOD_FOR_MS) return grant;
      await this.#grants.end(grant).catch(() => undefined);
      return undefined;
    } catch (error) {
      // The server saw that its answer was lost, and ended the session.
      const over = hasCode(error, 'session_over');
      // Any other refusal may have come before the server looked at the key, which is kept for the next click.
      if (over || hasCode(error, 'key_reused')) this.#unanswered.delete(intent.preset);
      if (over) return undefined;
      throw error;
    }
  }

  async #send(intent: Intent, signal: AbortSignal): Promise<Grant> {
    const { preset, key } = intent;
    try {
      const grant = await this.#grants.mint(preset, { signal, idempotencyKey: key });
      // It came as the call was given up. Nobody else can end it now.
      if (signal.aborted) this.#grants.end(grant).catch(() => undefined);
      signal.throwIfAborted();
      return grant;
    } catch (error) {
      if (isUnanswered(error) || hasCode(error, 'key_in_use')) this.#unanswered.set(preset, intent);
      throw error;
    }
  }
}

/** Whether nobody knows what became of the request. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof GrantError && error.code.startsWith('token_server_');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof GrantError && error.code === code;
}

/** Not `randomUUID`, which pages from a plain network lack. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
