import { LiveAvatar, type CreateTokenInput } from '@org/liveavatar';
import { createTokenInput } from '@org/liveavatar/schemas';
import type { Account } from '../config/environment.ts';
import type { PresetRules } from '../config/preset-rules.ts';
import type { Preset } from '../config/presets.ts';
import { clientOptions } from './client-options.ts';
import type { Minted, Vendor } from './vendor.ts';

export const liveAvatarRules: PresetRules = {
  request: createTokenInput,
  capFields: () => ({ maxSessionSeconds: ['max_session_duration'] }),
};

/** LiveAvatar: names the session when it mints, so that a backend can keep it alive and stop it. */
export class LiveAvatarVendor implements Vendor {
  readonly name = 'liveavatar';
  readonly capabilities = { stop: true, keepAlive: true };
  readonly #client: LiveAvatar;

  constructor(account: Account) {
    this.#client = new LiveAvatar(clientOptions(account));
  }

  async mint({ request }: Preset, signal: AbortSignal): Promise<Minted> {
    const input = request as CreateTokenInput;
    const { session_id, session_token } = await this.#client.sessions.createToken(input, { signal });
    // `CUSTOM` is LITE's older name, which the browser SDK does not know.
    const mode = input.mode === undefined || input.mode === 'FULL' ? 'FULL' : 'LITE';
    return { token: session_token, connect: { mode, session_id } };
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
