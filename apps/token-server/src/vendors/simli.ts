import type { Hooks } from '@org/core';
import { Simli, type CreateTokenInput } from '@org/simli';
import { createTokenInput } from '@org/simli/schemas';
import { SIMLI_IDLE_SECONDS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import type { PresetRules } from '../config/preset-rules.ts';
import { clientOptions } from './client-options.ts';
import type { Minted, Vendor, Within } from './vendor.ts';

export const simliRules: PresetRules = {
  request: createTokenInput,
  capFields: { maxSessionSeconds: ['maxSessionLength'], idleSeconds: ['maxIdleTime'] },
  idleSeconds: SIMLI_IDLE_SECONDS,
};

/** Simli: nothing but the caps in the token ends a session, so they are its only leash. */
export class SimliVendor implements Vendor {
  readonly name = 'simli';
  readonly capabilities = { stop: false, keepAlive: false };
  readonly #client: Simli;

  constructor(account: Account, hooks?: Hooks) {
    this.#client = new Simli(clientOptions(account, hooks));
  }

  async mint({ request }: { readonly request: object }, { deadlineMs, signal }: Within): Promise<Minted> {
    const other = new AbortController();
    const signals = signal === undefined ? [other.signal] : [signal, other.signal];
    const options = { deadlineMs, signal: AbortSignal.any(signals) };
    try {
      const [{ session_token }, iceServers] = await Promise.all([
        this.#client.compose.createToken(request as CreateTokenInput, options),
        this.#client.compose.listIceServers({}, options),
      ]);
      return { token: session_token, connect: { iceServers } };
    } catch (error) {
      // One of the two has failed, so nobody needs the other.
      other.abort();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
