import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startLossyRedis } from '../../test/lossy-redis.ts';
import { haveRedis, startRedis } from '../../test/redis-server.ts';
import { setStage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import { RedisState } from '../state/redis.ts';
import { FINISH_ENDING, NOTE_RECEIPT, type Script } from '../state/scripts.ts';
import { StateUnavailable } from '../state/state.ts';
import { DEV_CALLER } from './caller.ts';

const PREFIX = 'receipts';
const RECEIPT = 'ended: asked';

test.skipIf(!haveRedis).each<[string, Script]>([
  ['of the end', FINISH_ENDING],
  ['that its receipt is noted', NOTE_RECEIPT],
])('a session has its receipt, although Redis’s answer %s was lost', async (_what, script) => {
  await using redis = await startRedis();
  await using lossy = await startLossyRedis(redis.url);
  const state = new RedisState(lossy.url, PREFIX);
  expect(await state.connected(5_000)).toBe(true);
  const { broker, grant, told } = setStage({ presets: [startedHost], keepIn: () => state });
  // So that Redis knows the scripts: one that is sent anew goes by its text.
  await broker.end(DEV_CALLER, (await grant('host')).id);
  const { id } = await grant('host');
  lossy.loseAnswerTo(script.sha);
  await expect(broker.end(DEV_CALLER, id)).rejects.toThrow(StateUnavailable);
  await expect.poll(() => state.connected(100), { timeout: 5_000 }).toBe(true);
  expect(await broker.end(DEV_CALLER, id)).toBe('ended');
  // As it is once whoever was to write it has had the time.
  const client = new Redis(redis.url);
  await client.zadd(`{${PREFIX}}:due`, 'XX', 0, id);
  for (let n = 0; n < 2; n++) await broker.sweeper.sweep();
  expect(told).toEqual([RECEIPT, RECEIPT]);
  expect(await client.zcard(`{${PREFIX}}:due`)).toBe(0);
  client.disconnect();
  await state.close();
});
