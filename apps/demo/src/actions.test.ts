import { expect, test } from 'vitest';
import { Actions } from './actions.ts';
import { Board } from './board.ts';
import { Problem } from './problem.ts';
import { Timeline } from './timeline.ts';
import type { AvatarSession } from './vendors/vendor.ts';

/** A call that is live, and how to begin one more, with what its timeline says. */
function live(session: Partial<AvatarSession>): {
  board: Board;
  actions: Actions;
  begin: () => void;
  noted: () => readonly string[];
} {
  let noted: readonly string[] = [];
  const timeline = new Timeline((entries) => {
    noted = entries.map(({ text }) => text);
  });
  const board = new Board(timeline, () => undefined);
  const disconnect = (): Promise<void> => Promise.resolve();
  const begin = (): void => {
    board.open();
    board.update({ phase: 'live', microphone: 'on', session: { disconnect, ...session } });
  };
  begin();
  return { board, actions: new Actions(board), begin, noted: () => noted };
}

test('a microphone that cannot be muted is told, and stays on', async () => {
  const { board, actions, noted } = live({ setMicrophone: () => Promise.reject(new Error('no room')) });
  await actions.setMicrophone(false);
  expect(board.state).toMatchObject({
    microphone: 'on',
    problem: { code: 'not_done', message: 'Microphone off: that did not work.' },
  });
  // The SDK's words are for the timeline.
  expect(board.state.problem?.hint).not.toContain('no room');
  expect(noted().at(-1)).toBe('That did not work: no room');
});

test('a problem of the page’s own is told in its words', async () => {
  const { board, actions } = live({ audioInput: { sampleRate: 16_000, play: () => undefined } });
  await actions.play('notes.txt', () => Promise.reject(new Problem('not_a_sound', 'This is no sound.')));
  expect(board.state.problem).toMatchObject({
    message: 'Send notes.txt: that did not work.',
    hint: 'This is no sound.',
  });
});

test('long texts and names are told by their beginning, said and sent whole', async () => {
  const said: string[] = [];
  const { actions, noted } = live({
    say: (text) => {
      said.push(text);
      return Promise.resolve();
    },
  });
  await actions.say('🙂'.repeat(60));
  await actions.say('🙂'.repeat(61));
  expect(said.map((text) => Array.from(text).length)).toEqual([60, 61]);
  expect(noted().slice(-2)).toEqual([`Say: “${'🙂'.repeat(60)}”`, `Say: “${'🙂'.repeat(60)}…”`]);
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

test('a microphone that is lost as it is muted stays lost', async () => {
  const { board, actions } = live({
    setMicrophone: () => {
      board.update({ microphone: 'none' });
      return Promise.resolve();
    },
  });
  await actions.setMicrophone(false);
  expect(board.state.microphone).toBe('none');
});

const AFTERWARDS: readonly (readonly [string, (call: ReturnType<typeof live>) => void])[] = [
  [
    'ending',
    ({ board }) => {
      board.update({ phase: 'ending' });
    },
  ],
  [
    'over',
    ({ board }) => {
      board.close(undefined);
    },
  ],
  [
    'followed by another',
    ({ board, begin }) => {
      board.close(undefined);
      begin();
    },
  ],
];

test.each(AFTERWARDS)('what fails once its call is %s is not told', async (_, end) => {
  const call = live({ audioInput: { sampleRate: 16_000, play: () => undefined } });
  let fail = (_error: Error): void => undefined;
  const playing = call.actions.play(
    'a sound file',
    () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      }),
  );
  end(call);
  const before = call.noted();
  fail(new Error('unreadable'));
  await playing;
  expect(call.board.state.problem).toBeUndefined();
  expect(call.noted()).toEqual(before);
});
