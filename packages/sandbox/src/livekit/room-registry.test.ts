import { expect, test } from 'vitest';
import { RoomRegistry } from './room-registry.ts';

const ask = async (registry: RoomRegistry, token: string): Promise<number | undefined> => {
  const request = { path: '/livekit/rtc/validate', query: { access_token: token }, baseUrl: '' };
  return (await registry.validate(request))?.status;
};

/** No room is really entered here. */
const enter = (): never => {
  throw new Error('entered');
};

test('a token opens its room until it is dismissed', async () => {
  const registry = new RoomRegistry();
  registry.admit('one', () => enter);
  registry.admit('two', () => enter);
  expect([await ask(registry, 'one'), await ask(registry, 'two'), await ask(registry, 'three')]).toEqual([
    200, 200, 401,
  ]);
  registry.dismiss('one');
  expect([await ask(registry, 'one'), await ask(registry, 'two')]).toEqual([401, 200]);
  expect(registry.size).toBe(1);
  registry.clear();
  expect(await ask(registry, 'two')).toBe(401);
});

test('an entry whose room is over is forgotten', async () => {
  const registry = new RoomRegistry();
  let over = false;
  registry.admit('one', () => (over ? undefined : enter));
  expect(await ask(registry, 'one')).toBe(200);
  over = true;
  expect(await ask(registry, 'one')).toBe(401);
  expect(registry.size).toBe(0);
  const request = { path: '/livekit/rtc', query: { access_token: 'one' }, baseUrl: '' };
  expect(await registry.connect(request)).toMatchObject({ refuse: { status: 401 } });
});
