import { expect, test } from 'vitest';
import { manualClock } from '../../../test/manual-clock.ts';
import type { LiveSession, SessionPlan } from './session.ts';
import { LiveSessions, type LiveAvatarOptions } from './sessions.ts';

const MINUTE = 60_000;
const plan: SessionPlan = {
  mode: 'FULL',
  avatarId: 'avatar',
  contextId: undefined,
  isSandbox: false,
  maxDurationMs: 20 * MINUTE,
  room: undefined,
  hasConnector: false,
};

function setup(options: LiveAvatarOptions): {
  sessions: LiveSessions;
  advance: (ms: number) => Promise<void>;
  start: (part?: Partial<SessionPlan>) => LiveSession | string;
} {
  const clock = manualClock();
  const sessions = new LiveSessions(clock, options);
  return {
    sessions,
    advance: (ms) => clock.advance(ms),
    start: (part = {}) => {
      const session = sessions.create({ ...plan, ...part });
      return sessions.start(session) ?? session;
    },
  };
}

test('concurrency counts active sessions, and a stopped one frees its place', () => {
  const { sessions, start } = setup({ concurrency: 1 });
  const first = start();
  expect(start()).toBe('concurrency');
  sessions.stop(first as LiveSession, 'USER_CLOSED');
  expect(start()).toHaveProperty('run');
  expect(sessions.start(first as LiveSession)).toBe('started-before');
});

test('an idle session frees its place by itself', async () => {
  const { start, advance } = setup({ concurrency: 1 });
  start();
  await advance(5 * MINUTE);
  expect(start()).toHaveProperty('run');
});

test('credits are spent by the minute, twice as fast in FULL, and end a session', async () => {
  const { sessions, start, advance } = setup({ credits: 4 });
  const session = start() as LiveSession;
  await advance(3 * MINUTE);
  expect(sessions.byId(session.id)?.end?.reason).toBe('NO_CREDITS');
  expect(start()).toBe('credits');
  expect(start({ isSandbox: true })).toHaveProperty('run');
});

test('a start needs a minute of credit', async () => {
  const { sessions, start, advance } = setup({ credits: 3 });
  const session = start({ mode: 'LITE' }) as LiveSession;
  await advance(1.5 * MINUTE);
  sessions.stop(session, 'USER_CLOSED');
  expect(start()).toBe('credits');
  expect(start({ mode: 'LITE' })).toHaveProperty('run');
});
