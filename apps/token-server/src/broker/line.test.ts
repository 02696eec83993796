import { AvatarError, type ErrorCode } from '@org/core';
import { expect, test } from 'vitest';
import { BREAK_AFTER, BREAK_MS, LINE_LENGTH, LONGEST_BREAK_MS } from '../config/constants.ts';
import { Line } from './line.ts';
import { Refusal } from './refusal.ts';

function lineAt(): { line: Line; states: string[]; pass: (ms: number) => void } {
  let now = 0;
  const states: string[] = [];
  const watch = {
    ...{
      offered: () => undefined,
      granted: () => undefined,
      ended: () => undefined,
      called: () => undefined,
    },
    failed: () => undefined,
    unknown: () => undefined,
    breaker: (_vendor: string, state: string) => states.push(state),
  };
  return { line: new Line('anam', watch, () => now), states, pass: (ms) => (now += ms) };
}

const failing = (code: ErrorCode, status?: number) => (): Promise<never> =>
  Promise.reject(new AvatarError({ code, vendor: 'anam', message: 'x', status }));
const down = failing('vendor_unavailable', 503);
const well = (): Promise<string> => Promise.resolve('answer');

async function refusalOf(line: Line): Promise<Pick<Refusal, 'code' | 'retryAfterMs'> | undefined> {
  try {
    await line.run('mint', well);
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, retryAfterMs: error.retryAfterMs };
  }
  return undefined;
}

async function breakIt(line: Line): Promise<void> {
  for (let n = 0; n < BREAK_AFTER; n++) await expect(line.run('mint', down)).rejects.toThrow();
}

test('failures in a row open it, and it says when to come back', async () => {
  const { line, states, pass } = lineAt();
  await breakIt(line);
  expect(states).toEqual(['open']);
  pass(500);
  expect(await refusalOf(line)).toEqual({ code: 'vendor_paused', retryAfterMs: BREAK_MS - 500 });
});

test('then one tries while the others are kept out; when that goes well, all may', async () => {
  const { line, states, pass } = lineAt();
  await breakIt(line);
  pass(BREAK_MS);
  let answer: (text: string) => void = () => undefined;
  const first = line.run('mint', () => new Promise<string>((resolve) => (answer = resolve)));
  expect(await refusalOf(line)).toMatchObject({ code: 'vendor_paused' });
  answer('well');
  expect(await first).toBe('well');
  expect(await line.run('mint', well)).toBe('answer');
  expect(states).toEqual(['open', 'trying', 'closed']);
});

test('when that fails as well, it waits twice as long, up to a minute', async () => {
  const { line, pass } = lineAt();
  await breakIt(line);
  for (const wait of [2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000)) {
    expect(wait).toBeLessThanOrEqual(LONGEST_BREAK_MS);
    expect(await refusalOf(line)).toMatchObject({ retryAfterMs: wait });
    pass(wait);
    await expect(line.run('mint', down)).rejects.toThrow('x');
  }
});

test.each<[string, () => Promise<never>]>([
  ['refuses a request', failing('invalid_request', 400)],
  ['has no session free', failing('concurrency_limit', 429)],
  ['refuses the key', failing('invalid_key', 401)],
])('a vendor that %s is up', async (_what, answered) => {
  const { line, states, pass } = lineAt();
  for (let n = 0; n < BREAK_AFTER * 2; n++) {
    await expect(line.run('mint', n % 2 === 0 ? answered : down)).rejects.toThrow();
  }
  expect(states).toEqual([]);
  await breakIt(line);
  pass(BREAK_MS);
  await expect(line.run('mint', answered)).rejects.toThrow();
  expect(await line.run('mint', well)).toBe('answer');
});

test('a caller who leaves says nothing of the vendor: the next one tries', async () => {
  const { line, states, pass } = lineAt();
  await breakIt(line);
  pass(BREAK_MS);
  await expect(line.run('mint', failing('aborted'))).rejects.toThrow();
  expect(await line.run('mint', well)).toBe('answer');
  expect(states).toEqual(['open', 'trying', 'open', 'trying', 'closed']);
});

test('nor does it close the way again that another one has opened meanwhile', async () => {
  const { line, states, pass } = lineAt();
  let answer: (text: string) => void = () => undefined;
  let leave: (error: Error) => void = () => undefined;
  const straggler = line.run('mint', () => new Promise<string>((resolve) => (answer = resolve)));
  await breakIt(line);
  pass(BREAK_MS);
  const trial = line.run('mint', () => new Promise((_resolve, reject) => (leave = reject)));
  answer('well');
  await straggler;
  leave(new AvatarError({ code: 'aborted', vendor: 'anam', message: 'x' }));
  await expect(trial).rejects.toThrow();
  expect(states).toEqual(['open', 'trying', 'closed']);
});

test('it takes so many calls, and refuses the next at once', async () => {
  const { line } = lineAt();
  const answers: (() => void)[] = [];
  const calls = Array.from({ length: LINE_LENGTH }, () =>
    line.run('mint', () => new Promise<void>((resolve) => answers.push(resolve))),
  );
  expect(await refusalOf(line)).toMatchObject({ code: 'vendor_line_full' });
  answers[0]?.();
  await calls[0];
  expect(await line.run('mint', well)).toBe('answer');
  for (const answer of answers) answer();
  await Promise.all(calls);
});

test('of a turn with several calls all must go well: tokens that are minted hide no start that fails', async () => {
  const { line, states } = lineAt();
  const called: string[] = [];
  for (let n = 0; n < BREAK_AFTER; n++) {
    const grant = line.turn(async (makeCall) => {
      called.push(await makeCall('mint', well));
      return makeCall('start', down);
    });
    await expect(grant).rejects.toThrow();
  }
  expect(called).toHaveLength(BREAK_AFTER);
  expect(states).toEqual(['open']);
});
