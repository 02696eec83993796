import { GrantError, type Grant, type GrantClient } from './grant.ts';

/** Asks for grants. A click after one whose answer never came cannot make a second session. */
export class Minter {
  readonly #grants: Pick<GrantClient, 'mint' | 'end'>;
  /** A key whose answer never came: asking again with it gives the same grant, if there is one. */
  #unanswered: { readonly preset: string; readonly key: string } | undefined;

  constructor(grants: Pick<GrantClient, 'mint' | 'end'>) {
    this.#grants = grants;
  }

  async mint(preset: string, signal: AbortSignal): Promise<Grant> {
    const { key } = this.#unanswered?.preset === preset ? this.#unanswered : { key: newKey() };
    this.#unanswered = undefined;
    try {
      const grant = await this.#grants.mint(preset, { signal, idempotencyKey: key });
      // It came as the call was given up. Nobody else can end it now.
      if (signal.aborted) this.#grants.end(grant).catch(() => undefined);
      signal.throwIfAborted();
      return grant;
    } catch (error) {
      if (isUnanswered(error) || isUnderWay(error)) this.#unanswered = { preset, key };
      throw error;
    }
  }
}

/** Whether nobody knows what became of the request. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof GrantError && error.code.startsWith('token_server_');
}

/** Whether an earlier request with the key may still lead to a grant. */
function isUnderWay(error: unknown): boolean {
  return error instanceof GrantError && error.code === 'key_in_use';
}

/** Not `randomUUID`, which pages from a plain network lack. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
