import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { down, face, setStage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import { KEEP_ALIVE_EVERY_MS, REAP_MS, STOP_AGAIN_MS } from '../config/constants.ts';
import type { Preset } from '../config/presets.ts';
import type { ActiveSessions, Stopped } from '../vendors/vendor.ts';
import { DEV_CALLER } from './caller.ts';

const unstarted: Preset = { ...startedHost, start: false, heartbeatSeconds: undefined };

describe('a session keeps what it was granted when the presets change:', () => {
  test('the silence that its page may keep', async () => {
    const { broker, grant, beat, pass, statusOf } = setStage({ presets: [startedHost] });
    const session = await grant('host');
    broker.usePolicy({ presets: [{ ...startedHost, heartbeatSeconds: 10 }] });
    await broker.sweeper.sweep();
    pass(100_000);
    await beat(session);
    pass(89_000);
    await broker.sweeper.sweep();
    expect(await statusOf(session)).toBe('live');
  });

  test('that its page begins it, and so nothing needs to run at the vendor yet', async () => {
    const listActive = (): Promise<ActiveSessions> => Promise.resolve({ ids: [], whole: true });
    const { broker, grant, pass, statusOf } = setStage({ presets: [unstarted], liveavatar: { listActive } });
    const session = await grant('host');
    broker.usePolicy({ presets: [startedHost] });
    for (let n = 0; n < 3; n++) {
      pass(70_000);
      await broker.reaper.reap();
    }
    expect(await statusOf(session)).toBe('live');
  });

  test.each([
    [true, 'ended'],
    [false, 'ending'],
  ])('whether its page is believed (%s)', async (trustPages, ending) => {
    const { broker, grant } = setStage({ presets: [{ ...face, trustPages }] });
    const { id } = await grant('face');
    broker.usePolicy({ presets: [{ ...face, trustPages: !trustPages }] });
    expect(await broker.end(DEV_CALLER, id)).toBe(ending);
  });
});

test('a page that speaks keeps its session alive at the vendor, and no more often than it needs', async () => {
  const keptAlive: string[] = [];
  const keepAlive = (id: string): Promise<boolean> => {
    keptAlive.push(id);
    return Promise.resolve(true);
  };
  const { grant, beat, pass, called } = setStage({ presets: [startedHost], liveavatar: { keepAlive } });
  const session = await grant('host');
  const speak = async (): Promise<void> => {
    await beat(session);
    await beat(session);
  };
  pass(KEEP_ALIVE_EVERY_MS - 1);
  await speak();
  expect(keptAlive).toEqual([]);
  pass(1);
  await speak();
  pass(KEEP_ALIVE_EVERY_MS - 1);
  await speak();
  expect(keptAlive).toEqual([session.vendorSessionId]);
  pass(1);
  await speak();
  expect(keptAlive).toEqual([session.vendorSessionId, session.vendorSessionId]);
  expect(called.filter((call) => call === 'liveavatar: keep alive')).toHaveLength(2);
});

test('a session that could not be kept alive is kept alive by the next heartbeat', async () => {
  let asked = 0;
  const keepAlive = (): Promise<boolean> => (++asked < 3 ? down() : Promise.resolve(true));
  const { grant, beat, pass, told } = setStage({ presets: [startedHost], liveavatar: { keepAlive } });
  const session = await grant('host');
  pass(KEEP_ALIVE_EVERY_MS);
  for (const times of [1, 2, 3, 3]) {
    await beat(session);
    await wait(0);
    expect(asked).toBe(times);
    pass(1_000);
  }
  const failed = expect.stringMatching(/^failed: keep alive/) as string;
  expect(told).toEqual([failed, failed]);
  pass(KEEP_ALIVE_EVERY_MS - 2_000);
  await beat(session);
  expect(asked).toBe(4);
});

test('a heartbeat that asked in vain makes none ask again where another has asked since', async () => {
  const fails: (() => void)[] = [];
  const keepAlive = (): Promise<boolean> =>
    new Promise((_resolve, reject) => {
      fails.push(() => {
        reject(new Error('hung'));
      });
    });
  const { grant, beat, pass } = setStage({ presets: [startedHost], liveavatar: { keepAlive } });
  const session = await grant('host');
  for (let nth = 0; nth < 2; nth++) {
    pass(KEEP_ALIVE_EVERY_MS);
    await beat(session);
  }
  fails[0]?.();
  await wait(0);
  await beat(session);
  expect(fails).toHaveLength(2);
});

describe('that it has not ended, says the vendor of a session that is to stop.', () => {
  test('One that was started runs on: it is stopped again, and counts until then', async () => {
    const stops: Stopped[] = ['unended', 'unended', 'over'];
    const stop = (): Promise<Stopped> => Promise.resolve(stops.shift() ?? 'over');
    const { broker, grant, pass, told } = setStage({ presets: [startedHost], liveavatar: { stop } });
    expect(await broker.end(DEV_CALLER, (await grant('host')).id)).toBe('ending');
    const failed = expect.stringMatching(/^failed: stop/) as string;
    expect(told).toEqual([failed]);
    for (let n = 0; n < 2; n++) {
      pass(STOP_AGAIN_MS);
      await broker.sweeper.sweep();
      await broker.sweeper.idle();
    }
    expect(told).toEqual([failed, failed, 'ended: asked']);
  });

  test.each([
    ['Of one that was never asked to start there is nothing to stop', startedHost],
    ['One that its page was to begin may still begin', unstarted],
  ])('%s', async (_what, preset) => {
    const stop = (): Promise<Stopped> => Promise.resolve('unended');
    const { broker, grant, told, statusOf } = setStage({ presets: [preset], liveavatar: { stop } });
    const session = await grant('host');
    const { startedAt, ...record } = session;
    expect(startedAt).toBeDefined();
    expect(await broker.keeper.stop(preset === unstarted ? session : record)).toBe('none_runs');
    expect([told, await statusOf(session)]).toEqual([[], 'live']);
  });
});

describe('that none runs, says the vendor of a session that is to stop.', () => {
  const stop = (): Promise<Stopped> => Promise.resolve('none_runs');

  test('One that its page was to begin may still begin: it counts until its cap', async () => {
    const { broker, grant, pass, told } = setStage({ presets: [unstarted], liveavatar: { stop } });
    const { id, createdAt, expiresAt } = await grant('host');
    expect(await broker.end(DEV_CALLER, id)).toBe('ending');
    pass(expiresAt - createdAt);
    await broker.sweeper.sweep();
    await broker.sweeper.idle();
    expect(told).toEqual(['ended: asked']);
  });

  test('One that has begun is over', async () => {
    const { broker, grant } = setStage({ presets: [startedHost], liveavatar: { stop } });
    expect(await broker.end(DEV_CALLER, (await grant('host')).id)).toBe('ended');
  });

  test('One that has gone from the vendor’s list is over', async () => {
    const active: string[] = [];
    const listActive = (): Promise<ActiveSessions> => Promise.resolve({ ids: [...active], whole: true });
    const stage = setStage({ presets: [unstarted], liveavatar: { stop, listActive } });
    active.push((await stage.grant('host')).vendorSessionId ?? '');
    for (let n = 0; n < 3; n++) {
      stage.pass(REAP_MS + 1);
      await stage.broker.reaper.reap();
      active.length = 0;
    }
    expect(stage.told).toEqual(['ended: ended_at_vendor']);
  });
});
