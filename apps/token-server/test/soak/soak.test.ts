import { expect, test } from 'vitest';
import { haveRedis, startRedis } from '../redis-server.ts';
import { soak } from './soak.ts';

// The long one is a command: see main.ts.
test.skipIf(!haveRedis)(
  'under a steady load no lease and no receipt is lost',
  { timeout: 90_000 },
  async () => {
    await using redis = await startRedis();
    const result = await soak({ seconds: 4, perSecond: 20, redisUrl: redis.url });
    expect(result).toMatchObject({ leased: 0, running: 0, receiptsAmiss: [] });
    expect(result.statuses).toEqual({ '201': 70, 'hung up': 10 });
    expect(result.granted).toBeGreaterThanOrEqual(70);
    console.log('memory at the end', result.memory.at(-1), 'receipts', result.reasons);
  },
);
