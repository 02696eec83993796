import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualClock } from '../../../test/manual-clock.ts';
import { LiveSessions } from './sessions.ts';
import { planOf } from './token-request.ts';
import { transcriptView } from './views.ts';

/** A session, and a reader of its transcript who goes on where the last answer ended. */
function setup(): {
  say: (line: string) => void;
  read: (endInMs?: number) => readonly string[];
  advance: (ms: number) => Promise<void>;
} {
  const clock = manualClock();
  const sessions = new LiveSessions(clock, {});
  const session = sessions.create(planOf({ avatar_id: 'any-avatar' }));
  sessions.start(session);
  let query: Record<string, string> = {};
  return {
    say: (line) => {
      sessions.transcribe(session, 'avatar', line);
    },
    read: (endInMs) => {
      const end = endInMs === undefined ? {} : { end_timestamp: String(clock.now() + endInMs) };
      const call = { credential: undefined, body: {}, query: { ...query, ...end }, path: {}, baseUrl: '' };
      const { next_timestamp, transcript_data } = transcriptView(session, call, clock.now());
      query = { start_timestamp: String(next_timestamp) };
      return (transcript_data as { transcript: string }[]).map(({ transcript }) => transcript);
    },
    advance: (ms) => clock.advance(ms),
  };
}

test('a line is read at once, and not again, whatever is said in the same millisecond', () => {
  const { say, read } = setup();
  say('one');
  say('two');
  expect(read()).toEqual(['one', 'two']);
  say('three');
  expect(read()).toEqual(['three']);
  expect(read()).toEqual([]);
});

test('the end of a range is the start of the next', async () => {
  const { say, read, advance } = setup();
  say('before');
  await advance(5);
  say('at the end');
  expect(read(0)).toEqual(['before']);
  expect(read()).toEqual(['at the end']);
});

test('whoever reads on has each line once', async () => {
  const step = fc.oneof(
    fc.constant('say' as const),
    fc.record({ advance: fc.nat(2) }),
    fc.record({ read: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step), async (steps) => {
      const { say, read, advance } = setup();
      const said: string[] = [];
      const heard: string[] = [];
      for (const one of steps) {
        if (one === 'say') {
          said.push(`line ${said.length}`);
          say(`line ${said.length - 1}`);
        } else if ('advance' in one) await advance(one.advance);
        else heard.push(...read(one.read));
      }
      expect([...heard, ...read()]).toEqual(said);
    }),
  );
});
