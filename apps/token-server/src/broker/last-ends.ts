import { setTimeout as wait } from 'node:timers/promises';
import { ENDING_CLAIM_MS, LAST_STOPS_MS, STOP_AGAIN_MS } from '../config/constants.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { Keeper } from './keeper.ts';
import { msUntil, Stopping } from './stopping.ts';
import type { Undo, Undoing } from './undoing.ts';
import type { Watch } from './watch.ts';

export interface LastEndsParts {
  readonly state: State;
  readonly keeper: Keeper;
  readonly undoing: Undoing;
  readonly watch: Watch;
}

/** The ends of the sessions that nobody will look after once this process is gone. */
export class LastEnds {
  readonly #parts: LastEndsParts;

  constructor(parts: LastEndsParts) {
    this.#parts = parts;
  }

  /**
   * Ends each of them; what is not done in time is told. Each that was granted has its receipt then, also one that
   * nobody can end: nobody will know of it any more.
   *
   * @param settled when all that was being opened is open or undone: until then only the others are ended
   */
  async end(withinMs: number, settled: Promise<void> = Promise.resolve()): Promise<void> {
    const { undoing, watch } = this.#parts;
    const endsAt = performance.now() + withinMs;
    const [tried, stopped, undos] = [new Set<string>(), new Set<string>(), new Set<Undo>()];
    const endEach = async (records: readonly SessionRecord[]): Promise<void> => {
      const until = Math.min(endsAt, performance.now() + LAST_STOPS_MS);
      const untried = records.filter(({ id }) => !tried.has(id));
      const ends = untried.map(async (record) => {
        tried.add(record.id);
        await this.#endForGood(record, until);
        stopped.add(record.id);
      });
      await Promise.allSettled(ends);
    };
    const endAll = async (): Promise<void> => {
      const own = await this.#ownToStop();
      const first = [
        endEach(own.filter((record) => !this.#isUnderWay(record))),
        undoing.forGood(endsAt, undos),
      ];
      await settled;
      await Promise.all([...first, endEach(await this.#ownToStop()), undoing.forGood(endsAt, undos)]);
    };
    const giveUp = new AbortController();
    const late = wait(withinMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([endAll(), late]);
    giveUp.abort();
    const own = (await this.#ownToStop()).filter(({ id }) => !stopped.has(id));
    const left = new Set([...own, ...undoing.unstopped()].map(({ id }) => id));
    await this.#writeReceipts();
    if (left.size === 0) return;
    watch.failed('end sessions', new Error('their vendor has not stopped them'), {
      sessions: String(left.size),
    });
  }

  async #writeReceipts(): Promise<void> {
    const { state, keeper } = this.#parts;
    const granted = (await state.own()).filter(({ startedAt }) => startedAt !== undefined);
    await Promise.all(granted.map((record) => keeper.takeBack(record, 'shutdown', true)));
  }

  async #ownToStop(): Promise<readonly SessionRecord[]> {
    const { state, keeper } = this.#parts;
    return (await state.own()).filter((record) => keeper.canStop(record));
  }

  /** Whether it is being opened or undone: whoever does that sees it to its end. */
  #isUnderWay({ id, status }: SessionRecord): boolean {
    return status === 'pending' || this.#parts.undoing.has(id);
  }

  /** Stops a session until it is stopped. Only this process knows it, so nobody's claim is in the way. */
  async #endForGood({ id }: SessionRecord, until: number): Promise<void> {
    const { state, keeper } = this.#parts;
    const claimed = await state.claimEnding(id, { reason: 'shutdown', claimMs: ENDING_CLAIM_MS });
    const record = claimed ?? (await state.find(id));
    if (record === undefined || record.status === 'ended') return;
    // It was in doubt and may have begun only after its last stop: the next one comes when it was to come.
    const dueInMs = claimed === undefined ? record.dueAt - (await state.now(id)) : 0;
    if (dueInMs > 0 && dueInMs <= STOP_AGAIN_MS) await wait(Math.min(dueInMs, msUntil(until) / 2));
    const stopping = new Stopping(() => keeper.stop(record, record.endReason));
    await stopping.forGood(msUntil(until));
    if (!stopping.isDone) throw new Error('the vendor has not stopped it');
    if (record.startedAt !== undefined) await keeper.conclude(record, stopping.last);
    // It may still be in doubt, and no sweep comes again.
    else await keeper.takeBack(record, 'shutdown', true);
  }
}
