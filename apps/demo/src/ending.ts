import type { Board } from './board.ts';
import { ended, endUnconfirmed, noAnswer } from './call-problems.ts';
import type { GrantClient } from './grant.ts';
import { told, type Told } from './problem.ts';
import { after, type Run } from './run.ts';
import { orAborted } from './vendors/vendor.ts';

/** Who disconnects does not wait longer, for the vendor or for the token server. */
const DISCONNECT_MS = 2000;

/**
 * Ends the session at its vendor and gives it back to the token server. Never rejects; with what is to be told of the
 * end: why it came, and whether the token server may not know of it.
 */
export async function giveBack(
  run: Run,
  board: Board,
  grants: GrantClient,
  why: unknown,
): Promise<Told | undefined> {
  const { session, grant } = board.state;
  const late = new AbortController();
  const deadline = after(DISCONNECT_MS, () => {
    late.abort(noAnswer(DISCONNECT_MS));
  });
  const [, end] = await Promise.allSettled([
    session && orAborted(session.disconnect(), late.signal),
    grant && orAborted(grants.end(grant), late.signal),
  ]);
  deadline();
  const reason = why === undefined ? undefined : told(why);
  if (grant === undefined || run.left || end.status === 'fulfilled') return reason;
  board.note(`The end was not confirmed: ${told(end.reason).message}`, 'warning');
  const unconfirmed = endUnconfirmed(grant, board.state, end.reason);
  return reason === undefined ? unconfirmed : ended(reason, unconfirmed);
}
