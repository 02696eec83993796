import type { Board } from './board.ts';
import { endedByServer, forgotten, networkLost, unheard } from './call-problems.ts';
import type { Grant, GrantClient } from './grant.ts';
import { told } from './problem.ts';
import type { Run } from './run.ts';
import { keepAlive, type Upkeep } from './upkeep.ts';

/** Keeps the session alive at the token server, and remembers what speaks against that. */
export function tend(
  run: Run,
  grants: GrantClient,
  grant: Grant,
  board: Board,
  onGone: (why: Error) => void,
): Upkeep {
  const upkeep = keepAlive(grants, grant, {
    onAnswer: (standing) => {
      if (standing.state === 'gone') {
        // It knows the session after all. Any other trouble may be why it is over.
        if (board.state.forgotten) run.trouble = undefined;
        onGone(endedByServer());
        return;
      }
      run.trouble = standing.state === 'forgotten' ? forgotten() : undefined;
      showForgotten(board, standing.state === 'forgotten');
      if (standing.state === 'alive') board.update({ canStop: standing.canStop });
    },
    onFailure: (error) => {
      board.note(`Heartbeat failed: ${told(error).message}`, 'warning');
      // Without a network none can be taken, and that is known already.
      if (navigator.onLine) run.trouble = unheard(error);
      else run.trouble ??= unheard(error);
    },
  });
  run.onEnd(() => {
    upkeep.stop();
  });
  const offline = (): void => {
    board.note('This device is offline', 'warning');
    run.trouble = networkLost();
  };
  const { signal } = run;
  addEventListener('offline', offline, { signal });
  addEventListener('online', () => board.note('This device is online again', 'good'), { signal });
  return upkeep;
}

/** A server that does not know a session cannot end it, so it goes on. */
function showForgotten(board: Board, now: boolean): void {
  if (board.state.forgotten === now) return;
  const { code, message, hint = '' } = forgotten();
  if (now) board.note(message, 'warning');
  else board.note('The token server knows this session again', 'good');
  const goesOn = 'The session goes on until you disconnect or the vendor ends it.';
  board.update({
    forgotten: now,
    problem: now ? { code, message, hint: `${hint} ${goesOn}` } : undefined,
  });
}
