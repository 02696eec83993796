import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { aGrant } from '../test/a-grant.ts';
import { Board } from './board.ts';
import { GrantError, type GrantClient, type Standing } from './grant.ts';
import { Run } from './run.ts';
import { tend } from './tending.ts';
import { Timeline } from './timeline.ts';

const BEAT_MS = 20_000;

let device: { onLine: boolean };
let events: EventTarget;
let answer: () => Promise<Standing>;
let board: Board;
let run: Run;
let gone: string[];

beforeEach(() => {
  vi.useFakeTimers();
  device = { onLine: true };
  events = new EventTarget();
  vi.stubGlobal('navigator', device);
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  answer = () => Promise.resolve({ state: 'alive', canStop: false });
  board = new Board(new Timeline(() => undefined), () => undefined);
  run = new Run();
  gone = [];
  const grants = { heartbeat: () => answer() } as Partial<GrantClient> as GrantClient;
  tend(run, grants, aGrant, board, () => gone.push(run.trouble?.code ?? 'no trouble'));
});
afterEach(() => {
  run.end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const answers = (standing: Standing) => async (): Promise<void> => {
  answer = () => Promise.resolve(standing);
  await vi.advanceTimersByTimeAsync(BEAT_MS);
};
const alive = answers({ state: 'alive', canStop: false });
const forgotten = answers({ state: 'forgotten' });
const over = answers({ state: 'gone' });
const refuses = async (): Promise<void> => {
  answer = () => Promise.reject(new GrantError('unauthorized', 'Unauthorized.'));
  await vi.advanceTimersByTimeAsync(BEAT_MS);
};
const goesOffline = (): void => {
  device.onLine = false;
  events.dispatchEvent(new Event('offline'));
};
const comesBack = (): void => {
  device.onLine = true;
  events.dispatchEvent(new Event('online'));
};

test('a refused heartbeat is remembered until one is taken', async () => {
  await refuses();
  expect(run.trouble).toMatchObject({
    code: 'unauthorized',
    message: 'The token server took no more heartbeats: Unauthorized.',
  });
  await alive();
  expect(run.trouble).toBeUndefined();
});

test('a lost network is remembered, and no heartbeat that fails for want of it', async () => {
  goesOffline();
  await refuses();
  expect(run.trouble?.code).toBe('offline');
  comesBack();
  expect(run.trouble?.code).toBe('offline');
  await alive();
  expect(run.trouble).toBeUndefined();
});

test('after a lost network, what else is wrong counts again', async () => {
  goesOffline();
  comesBack();
  await refuses();
  expect(run.trouble?.code).toBe('unauthorized');
});

test('a session that the server has forgotten is told once, and goes on', async () => {
  await forgotten();
  expect(board.state).toMatchObject({ forgotten: true, problem: { code: 'session_forgotten' } });
  board.update({ problem: undefined });
  await forgotten();
  expect([board.state.problem, gone]).toEqual([undefined, []]);
  expect(run.trouble?.code).toBe('session_forgotten');
});

test('a server that knows it again takes that back', async () => {
  await forgotten();
  await alive();
  expect(board.state).toMatchObject({ forgotten: false, problem: undefined });
  expect(run.trouble).toBeUndefined();
});

test('a session that the server has ended is over, and heartbeats that it did not take may be why', async () => {
  await refuses();
  await over();
  expect(gone).toEqual(['unauthorized']);
});

test('a server that has ended it has not forgotten it', async () => {
  await forgotten();
  await over();
  expect(gone).toEqual(['no trouble']);
});

test('nothing is remembered of a run that is over', async () => {
  run.end();
  goesOffline();
  await refuses();
  expect(run.trouble).toBeUndefined();
});

test('whether the server can stop the session is what it last said', async () => {
  await alive();
  expect(board.state.canStop).toBe(false);
  await answers({ state: 'alive', canStop: true })();
  expect(board.state.canStop).toBe(true);
  await refuses();
  expect(board.state.canStop).toBe(true);
});
