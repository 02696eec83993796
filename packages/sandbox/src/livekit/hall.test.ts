import { expect, test } from 'vitest';
import { Hall } from './hall.ts';

const ask = async (hall: Hall, token: string): Promise<number | undefined> => {
  const request = { path: '/livekit/rtc/validate', query: { access_token: token }, baseUrl: '' };
  return (await hall.validate(request))?.status;
};

/** Nobody goes further than the door here. */
const enter = (): never => {
  throw new Error('entered');
};

test('a token opens its door until it is dismissed', async () => {
  const hall = new Hall();
  hall.admit('one', () => enter);
  hall.admit('two', () => enter);
  expect([await ask(hall, 'one'), await ask(hall, 'two'), await ask(hall, 'three')]).toEqual([200, 200, 401]);
  hall.dismiss('one');
  expect([await ask(hall, 'one'), await ask(hall, 'two')]).toEqual([401, 200]);
  expect(hall.doors).toBe(1);
  hall.clear();
  expect(await ask(hall, 'two')).toBe(401);
});

test('a door behind which nothing is any more is forgotten', async () => {
  const hall = new Hall();
  let over = false;
  hall.admit('one', () => (over ? undefined : enter));
  expect(await ask(hall, 'one')).toBe(200);
  over = true;
  expect(await ask(hall, 'one')).toBe(401);
  expect(hall.doors).toBe(0);
  const request = { path: '/livekit/rtc', query: { access_token: 'one' }, baseUrl: '' };
  expect(await hall.connect(request)).toMatchObject({ refuse: { status: 401 } });
});
