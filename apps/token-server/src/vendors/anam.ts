import type { Hooks } from '@org/core';
import { Anam, type CreateSessionTokenInput } from '@org/anam';
import { createSessionTokenInput } from '@org/anam/schemas';
import type { Account } from '../config/environment.ts';
import type { PresetRules } from '../config/preset-rules.ts';
import { AnamSessions } from './anam-sessions.ts';
import { clientOptions } from './client-options.ts';
import type { Minted, Vendor, Within } from './vendor.ts';

export const anamRules: PresetRules = {
  // An hour, and unused it costs nothing.
  canWait: true,
  request: createSessionTokenInput,
  // A stored persona takes no other field beside its id: its own setting at Anam is its cap.
  capFields: (request) =>
    namesStoredPersona(request) ? {} : { maxSessionSeconds: ['personaConfig', 'maxSessionLengthSeconds'] },
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
  readonly #sessions: AnamSessions;

  constructor(account: Account, hooks?: Hooks) {
    this.#client = new Anam(clientOptions(account, hooks));
    this.#sessions = new AnamSessions(account);
  }

  async mint({ request }: { readonly request: object }, within: Within): Promise<Minted> {
    const { sessionToken, expiresAt } = await this.#client.sessionTokens.create(
      request as CreateSessionTokenInput,
      within,
    );
    return { token: sessionToken, expiresAt, connect: {} };
  }

  confirm(id: string): Promise<boolean> {
    return this.#sessions.has(id);
  }

  stop(id: string): Promise<boolean> {
    return this.#sessions.stop(id);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
