import { describe, expect, test } from 'vitest';
import { down, face, setStage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import type { Stopped, Vendor } from '../vendors/vendor.ts';
import { DEV_CALLER } from './caller.ts';

describe('when the server ends,', () => {
  const WITHIN_MS = 2_500;

  test('a session whose stop has failed is stopped again, and again', async () => {
    let asked = 0;
    const stop = (): Promise<Stopped> => (++asked < 3 ? down() : Promise.resolve('over'));
    const { broker, grant, told } = setStage({ presets: [startedHost], liveavatar: { stop } });
    expect(await broker.end(DEV_CALLER, (await grant('host')).id)).toBe('ending');
    await broker.endOwn(WITHIN_MS);
    expect(told.slice(-2)).toEqual([expect.stringMatching(/^failed: stop/), 'ended: asked']);
  });

  test('it says how many sessions their vendor has not stopped', async () => {
    const { broker, grant, told } = setStage({ presets: [startedHost], liveavatar: { stop: down } });
    await grant('host');
    await broker.endOwn(50);
    expect(told.at(-1)).toBe('failed: end sessions: Error: their vendor has not stopped them');
  });

  test('a session that nobody can end, or that is not stopped in time, has its receipt all the same', async () => {
    const presets = [startedHost, face];
    const { broker, grant, pass, told } = setStage({ presets, liveavatar: { stop: down } });
    const [host, left, asked] = [await grant('host'), await grant('face'), await grant('face')];
    pass(4_000);
    expect(await broker.end(DEV_CALLER, asked.id)).toBe('ending');
    pass(2_000);
    await broker.endOwn(50);
    expect(told.filter((line) => line.startsWith('ended'))).toEqual([
      'ended: shutdown',
      'ended: shutdown',
      'ended: asked',
    ]);
    for (const { id } of [host, left, asked]) {
      expect(await broker.session(DEV_CALLER, id)).toMatchObject({ status: 'ended', usedSeconds: 6 });
    }
  });

  test('an undoing that hangs keeps no other session from its stop, and is told', async () => {
    const stopped: string[] = [];
    let minted = 0;
    const liveavatar: Partial<Vendor> = {
      mint: () =>
        Promise.resolve({ token: 'token', connect: {}, vendorSessionId: ++minted === 1 ? 'well' : 'ill' }),
      start: ({ vendorSessionId }) => (vendorSessionId === 'ill' ? down() : Promise.resolve({})),
      stop: (id) => {
        stopped.push(id);
        return id === 'ill' ? new Promise(() => undefined) : Promise.resolve('over');
      },
    };
    const { broker, grant, told } = setStage({ presets: [startedHost], liveavatar });
    await grant('host');
    await expect(grant('host')).rejects.toThrow('took too long');
    await broker.endOwn(200, broker.settled());
    expect(stopped).toEqual(['ill', 'well']);
    expect(told).toEqual([
      'ended: shutdown',
      'failed: end sessions: Error: their vendor has not stopped them',
    ]);
  });

  test.each<Stopped>(['over', 'none_runs'])(
    'a session of which nobody knows whether it began is stopped once more: %s',
    async (answer) => {
      let stops = 0;
      const stop = (): Promise<Stopped> => {
        stops++;
        return Promise.resolve(answer);
      };
      const { broker, grant, told } = setStage({
        presets: [startedHost],
        liveavatar: { start: down, stop },
      });
      await expect(grant('host')).rejects.toThrow('took too long');
      expect(stops).toBe(1);
      await broker.endOwn(50);
      expect(stops).toBe(2);
      expect(told).toEqual(['ended: start_failed']);
    },
  );
});
