import { isAvatarError, type Hooks } from '@org/core';
import { Anam, type CreateSessionTokenInput, type SessionRecord } from '@org/anam';
import { createSessionTokenInput } from '@org/anam/schemas';
import type { Account } from '../config/environment.ts';
import type { PresetRules } from '../config/preset-rules.ts';
import { clientOptions, TENDING } from './client-options.ts';
import type { Minted, Stopped, Vendor, Within } from './vendor.ts';

export const anamRules: PresetRules = {
  // An hour, and unused it costs nothing.
  canWait: true,
  request: createSessionTokenInput,
  capFields: { maxSessionSeconds: ['personaConfig', 'maxSessionLengthSeconds'] },
  // A stored persona takes no other field beside its id: its own setting at Anam is its cap.
  takesNoCap: namesStoredPersona,
};

function namesStoredPersona(request: object): boolean {
  const persona: unknown = 'personaConfig' in request ? request.personaConfig : undefined;
  return typeof persona === 'object' && persona !== null && 'personaId' in persona;
}

/** Anam: a token for one session, good for an hour. */
export class AnamVendor implements Vendor {
  readonly name = 'anam';
  // Nothing that a grant may promise: only the page learns the session's id, and whether it tells is its affair.
  readonly capabilities = { stop: false, keepAlive: false };
  readonly #client: Anam;

  constructor(account: Account, hooks?: Hooks) {
    this.#client = new Anam(clientOptions(account, hooks));
  }

  async mint({ request }: { readonly request: object }, within: Within): Promise<Minted> {
    const { sessionToken, expiresAt } = await this.#client.sessionTokens.create(
      request as CreateSessionTokenInput,
      within,
    );
    return { token: sessionToken, expiresAt, connect: {} };
  }

  async confirm(id: string): Promise<boolean> {
    return (await this.#recordOf(id)) !== undefined;
  }

  async stop(id: string): Promise<Stopped> {
    try {
      await this.#client.sessions.stop({ id }, TENDING);
      return 'over';
    } catch (error) {
      if (isAvatarError(error, 'not_found')) return 'none_runs';
      // Of one that is over Anam passes on what its engine says, with any status.
      const answered = isAvatarError(error) && error.status !== undefined;
      const record = answered ? await this.#recordOf(id) : undefined;
      if (record?.endTime === undefined) throw error;
      return 'over';
    }
  }

  /** `undefined` when Anam has no such session for our key. */
  async #recordOf(id: string): Promise<SessionRecord | undefined> {
    try {
      return await this.#client.sessions.get({ id }, TENDING);
    } catch (error) {
      if (isAvatarError(error, 'not_found')) return undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
