import type { Hooks } from '@org/core';
import {
  isSessionOver,
  LiveAvatar,
  type CreateTokenInput,
  type SessionRecord,
  type StopReason,
} from '@org/liveavatar';
import { createTokenInput } from '@org/liveavatar/schemas';
import type { Account } from '../config/environment.ts';
import { LIST_PAGES_READ } from '../config/constants.ts';
import type { PresetRules } from '../config/preset-rules.ts';
import { clientOptions, TENDING } from './client-options.ts';
import type { ActiveSessions, Minted, Stopped, StopWhy, Vendor, Within } from './vendor.ts';

export const liveAvatarRules: PresetRules = {
  request: createTokenInput,
  capFields: { maxSessionSeconds: ['max_session_duration'] },
  canStart: true,
  needsKeepAlive: true,
};

const REASONS: Readonly<Record<StopWhy, StopReason>> = {
  asked: 'USER_CLOSED',
  silent: 'USER_DISCONNECTED',
  failed: 'SERVER_ERROR',
  unknown: 'ZOMBIE_SESSION_REAP',
};

const PAGE_SIZE = 100;

/** Whether the vendor did it. That there is no such session any more is no failure. */
async function unlessGone(call: Promise<void>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isSessionOver(error)) return false;
    throw error;
  }
}

/** LiveAvatar: names the session when it mints, so that a backend can keep it alive and stop it. */
export class LiveAvatarVendor implements Vendor {
  readonly name = 'liveavatar';
  readonly capabilities = { stop: true, keepAlive: true };
  readonly #client: LiveAvatar;

  constructor(account: Account, hooks?: Hooks) {
    this.#client = new LiveAvatar(clientOptions(account, hooks));
  }

  async mint({ request }: { readonly request: object }, within: Within): Promise<Minted> {
    const input = request as CreateTokenInput;
    const { session_id, session_token } = await this.#client.sessions.createToken(input, within);
    // `CUSTOM` is LITE's older name, which the browser SDK does not know.
    const mode = input.mode === undefined || input.mode === 'FULL' ? 'FULL' : 'LITE';
    return { token: session_token, connect: { mode, session_id }, vendorSessionId: session_id };
  }

  async start({ token, connect }: Minted, within: Within): Promise<Minted['connect']> {
    const started = await this.#client.sessions.start({ session_token: token }, within);
    const { livekit_url, livekit_client_token, ws_url } = started;
    return { ...connect, livekit_url, livekit_client_token, ...(ws_url !== undefined && { ws_url }) };
  }

  async stop(session_id: string, why: StopWhy): Promise<Stopped> {
    const input = { session_id, reason: REASONS[why] };
    const call = this.#client.sessions.stop(input, TENDING);
    if (await unlessGone(call)) return 'over';
    const record = await this.#recordOf(session_id);
    // One that has no record has not begun, as far as anybody knows.
    if (record === undefined) return 'none_runs';
    return record.end_at === undefined ? 'unended' : 'over';
  }

  async runs(session_id: string): Promise<boolean> {
    const record = await this.#recordOf(session_id);
    return record !== undefined && record.end_at === undefined;
  }

  async #recordOf(session_id: string): Promise<SessionRecord | undefined> {
    try {
      return await this.#client.sessions.get({ session_id }, TENDING);
    } catch (error) {
      if (isSessionOver(error)) return undefined;
      throw error;
    }
  }

  async keepAlive(session_id: string): Promise<boolean> {
    return unlessGone(this.#client.sessions.keepAlive({ session_id }, TENDING));
  }

  async listActive(): Promise<ActiveSessions> {
    const ids = new Set<string>();
    let isWhole = false;
    for (let page = 1; page <= LIST_PAGES_READ; page++) {
      const input = { type: 'active', page, page_size: PAGE_SIZE } as const;
      const { count, next, results } = await this.#client.sessions.list(input);
      const before = ids.size;
      for (const { id } of results) ids.add(id);
      isWhole = ids.size >= count;
      // A page may be shorter than was asked for; only one with nothing new says that no more will come.
      if ((isWhole && next === undefined) || ids.size === before) break;
    }
    return { ids: [...ids], whole: isWhole };
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
