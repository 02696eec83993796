import { fieldsOf } from '@org/core';
import { STOP_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import { askRoute, refusalOf } from './vendor-route.ts';

/**
 * Anam's record of a session, and its end, by the id that Anam's engine gave the page. The routes are those of Anam's
 * published API description (`GET /v1/sessions/{id}`, `POST /v1/sessions/{id}/stop`); nobody has tried them from here,
 * so they are unproven, and little is relied on: the status of an answer, and a record's `endTime`.
 */
export class AnamSessions {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Whether Anam has such a session for our key. */
  async has(id: string): Promise<boolean> {
    const answer = await this.#ask('GET', id);
    await answer.body?.cancel();
    if (answer.status !== 404 && !answer.ok) throw refusalOf('anam', answer);
    return answer.ok;
  }

  /** Stops a session; that none of that id runs is no failure. Whether Anam says that it is over. */
  async stop(id: string): Promise<boolean> {
    const answer = await this.#ask('POST', id, '/stop');
    await answer.body?.cancel();
    if (answer.ok || answer.status === 404) return answer.ok;
    // Of one that is over Anam passes on what its engine says, with any status.
    if (!(await this.#isOver(id))) throw refusalOf('anam', answer);
    return true;
  }

  async #isOver(id: string): Promise<boolean> {
    const answer = await this.#ask('GET', id);
    const record: unknown = await answer.json().catch(() => undefined);
    return answer.ok && typeof fieldsOf(record)['endTime'] === 'string';
  }

  #ask(method: string, id: string, action = ''): Promise<Response> {
    const path = `/v1/sessions/${encodeURIComponent(id)}${action}`;
    return askRoute('anam', this.#account, path, { method, withinMs: STOP_DEADLINE_MS });
  }
}
