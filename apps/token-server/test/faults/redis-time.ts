import { Redis } from 'ioredis';

const TIMES = ['createdAt', 'expiresAt', 'dueAt', 'startedAt', 'lastSeenAt', 'keptAliveAt', 'endedAt'];

/**
 * As if so much time had passed: moves every moment that the replicas keep in Redis back, since Redis's own clock cannot
 * be moved.
 */
export async function letTimePass(url: string, prefix: string, ms: number): Promise<void> {
  const redis = new Redis(url);
  try {
    for (const key of await redis.keys(`{${prefix}}:*`)) {
      if (key.includes(':session:')) await ageSession(redis, key, ms);
      else if ((await redis.type(key)) === 'zset') await ageScores(redis, key, ms);
      const left = await redis.pttl(key);
      if (left > 0) await redis.pexpire(key, Math.max(1, left - ms));
    }
  } finally {
    redis.disconnect();
  }
}

async function ageSession(redis: Redis, key: string, ms: number): Promise<void> {
  const fields = await redis.hgetall(key);
  for (const name of TIMES) {
    if (fields[name] !== undefined) await redis.hset(key, name, String(Number(fields[name]) - ms));
  }
}

async function ageScores(redis: Redis, key: string, ms: number): Promise<void> {
  for (const member of await redis.zrange(key, '0', '-1')) await redis.zincrby(key, String(-ms), member);
}
