import { expect, test } from 'vitest';
import { Actions } from './actions.ts';
import { Board } from './board.ts';
import { Timeline } from './timeline.ts';
import type { AvatarSession } from './vendors/vendor.ts';

function live(session: Partial<AvatarSession>): { board: Board; actions: Actions } {
  const board = new Board(new Timeline(() => undefined), () => undefined);
  board.open();
  const disconnect = (): Promise<void> => Promise.resolve();
  board.update({ phase: 'live', microphone: 'on', session: { disconnect, ...session } });
  return { board, actions: new Actions(board) };
}

test('a microphone that cannot be muted is told, and stays on', async () => {
  const { board, actions } = live({ setMicrophone: () => Promise.reject(new Error('no room')) });
  await actions.setMicrophone(false);
  expect(board.state).toMatchObject({
    microphone: 'on',
    problem: { code: 'not_done', message: 'Microphone off: that did not work.', hint: 'no room' },
  });
});

test('a microphone that is muted as its call ends is none of the next call’s', async () => {
  const { board, actions } = live({
    setMicrophone: () => {
      board.close(undefined);
      return Promise.resolve();
    },
  });
  await actions.setMicrophone(false);
  expect(board.state.microphone).toBe('none');
});
