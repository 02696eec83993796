import { STOP_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import { askRoute, refusalOf } from './vendor-route.ts';

/**
 * Anam's record of a session, and its end, by the id that Anam's engine gave the page. The routes are those of Anam's
 * published API description (`GET /v1/sessions/{id}`, `POST /v1/sessions/{id}/stop`); nobody has tried them from here,
 * so they are unproven, and nothing but the status of an answer is relied on.
 */
export class AnamSessions {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Whether Anam has such a session for our key. */
  async has(id: string): Promise<boolean> {
    return this.#ask('GET', id);
  }

  /** Stops a session; one that is over or never began is no failure. */
  async stop(id: string): Promise<void> {
    await this.#ask('POST', id, '/stop');
  }

  async #ask(method: string, id: string, action = ''): Promise<boolean> {
    const path = `/v1/sessions/${encodeURIComponent(id)}${action}`;
    const answer = await askRoute('anam', this.#account, path, { method, withinMs: STOP_DEADLINE_MS });
    await answer.body?.cancel();
    if (answer.status !== 404 && !answer.ok) throw refusalOf('anam', answer);
    return answer.ok;
  }
}
