import type { NewSession, SessionRecord, State } from '../src/state/state.ts';

/** A session that may be reserved. */
export const session = (given: Partial<NewSession> = {}): NewSession => ({
  id: crypto.randomUUID(),
  caller: 'ada',
  preset: 'guide',
  vendor: 'anam',
  leaseMs: 60_000,
  pendingMs: 30_000,
  reservedSeconds: 60,
  endTokenHash: 'hash',
  ...given,
});

/** One that has been, with no limit in its way. */
export async function admitted(state: State, given: Partial<NewSession> = {}): Promise<SessionRecord> {
  const answer = await state.reserve(session(given), {});
  if ('limit' in answer) throw new Error(`refused for its ${answer.limit}`);
  return answer;
}

/** Ends it, for as many seconds of use. */
export async function end(state: State, id: string, seconds: number): Promise<SessionRecord | undefined> {
  await state.claimEnding(id, { reason: 'asked', claimMs: 1_000 });
  const ended = await state.finishEnding(id, seconds, 1_000);
  await state.noteReceipt(id);
  return ended;
}
