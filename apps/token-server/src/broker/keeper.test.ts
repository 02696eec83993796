import { describe, expect, test } from 'vitest';
import { setStage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import { DEV_CALLER } from './caller.ts';
import type { Preset } from '../config/presets.ts';
import type { ActiveSessions } from '../vendors/vendor.ts';

const face: Preset = {
  name: 'face',
  vendor: 'simli',
  description: undefined,
  caps: { maxSessionSeconds: 600 },
  request: {},
};

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
    const unstarted = { ...startedHost, start: false, heartbeatSeconds: undefined };
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
