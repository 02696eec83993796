import { Redis } from 'ioredis';

const TIMES = [
  'createdAt',
  'expiresAt',
  'dueAt',
  'startedAt',
  'lastSeenAt',
  'keptAliveAt',
  'endingAt',
  'endedAt',
];

/** At once: a replica that saw half of it would put off what is due. ARGV: the keys' pattern, milliseconds, the fields. */
const AGE = `
local ms = tonumber(ARGV[2])
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms, member) end
  elseif kind == 'hash' and string.find(key, ':session:', 1, true) then
    for i = 3, #ARGV do
      local time = redis.call('HGET', key, ARGV[i])
      if time then redis.call('HSET', key, ARGV[i], tonumber(time) - ms) end
    end
  end
  local left = redis.call('PTTL', key)
  if left > ms then redis.call('PEXPIRE', key, left - ms) elseif left >= 0 then redis.call('DEL', key) end
end
`;

/**
 * As if so much time had passed: moves every moment that the replicas keep in Redis back, since Redis's own clock cannot
 * be moved.
 */
export async function letTimePass(url: string, prefix: string, ms: number): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.eval(AGE, 0, `{${prefix}}:*`, ms, ...TIMES);
  } finally {
    redis.disconnect();
  }
}
