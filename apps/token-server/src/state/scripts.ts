import { createHash } from 'node:crypto';
import { KEEP_LOST_MS } from '../config/constants.ts';
import { fieldsOf, type Fields } from './redis-record.ts';
import type { NewSession, SessionLimits } from './state.ts';

/**
 * What must be atomic in Redis, as Lua. Every key that a script touches is declared, and all of them carry the same
 * hash tag, so that a cluster keeps them in one slot: a session counts for its caller, its preset and its vendor at
 * once, and only within a slot can Redis count that at once. Times are Redis's own.
 *
 * @module
 */

export interface Script {
  readonly text: string;
  readonly sha: string;
}

const NOW = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`;

function script(body: string): Script {
  const text = `${NOW}${body}`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** KEYS: one of each rate. ARGV: count and window of each. Answers the place of the rate that is used up, and ms. */
export const TAKE: Script = script(`
local next, worst, wait = {}, 0, 0
for i, key in ipairs(KEYS) do
  local count, window = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  -- A bucket is full at most: one that was filled under a longer window keeps nobody out for that long.
  local before = math.min(tonumber(redis.call('GET', key) or '0'), now + window)
  local empty = math.max(before, now) + window / count
  local over = math.ceil(empty - now - window)
  if over > 0 and over > wait then worst, wait = i, over end
  next[i] = empty
end
if worst > 0 then return { worst, wait } end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', next[i]), 'PX', math.ceil(next[i] - now) + 1)
end
return { 0, 0 }
`);

/** KEYS: session, due, minutes, then the three groups. ARGV: {@link reservation}. Answers when that was. */
export const RESERVE: Script = script(`
local session, due, minutes = KEYS[1], KEYS[2], KEYS[3]
local id, seconds = ARGV[1], tonumber(ARGV[2])
local lease, pending, keep = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local mostSeconds = tonumber(ARGV[6])
local groups = {
  { name = 'caller', key = KEYS[4], most = tonumber(ARGV[7]) },
  { name = 'preset', key = KEYS[5], most = tonumber(ARGV[8]) },
  { name = 'vendor', key = KEYS[6], most = tonumber(ARGV[9]) },
}
local fields = { unpack(ARGV, 10) }

for _, group in ipairs(groups) do
  if group.most >= 0 then
    redis.call('ZREMRANGEBYSCORE', group.key, '-inf', now)
    if redis.call('ZCARD', group.key) >= group.most then
      local first = redis.call('ZRANGE', group.key, 0, 0, 'WITHSCORES')[2]
      return { group.name, first and math.ceil(tonumber(first) - now) }
    end
  end
end
local day = math.floor(now / 86400000)
local used = tonumber(redis.call('HGET', minutes, day) or '0')
if mostSeconds >= 0 and used + seconds > mostSeconds then return { 'minutes', (day + 1) * 86400000 - now } end
redis.call('HINCRBY', minutes, day, seconds)
redis.call('HDEL', minutes, day - 2)
redis.call('PEXPIRE', minutes, 172800000)
local expiresAt, dueAt = now + lease, now + math.min(lease, pending)
redis.call('HSET', session, 'status', 'pending', 'createdAt', now, 'expiresAt', expiresAt, 'dueAt', dueAt, 'day', day, unpack(fields))
redis.call('PEXPIREAT', session, expiresAt + keep)
redis.call('ZADD', due, dueAt, id)
redis.call('PEXPIRE', due, keep * 2)
for _, group in ipairs(groups) do
  redis.call('ZADD', group.key, expiresAt, id)
  if redis.call('PTTL', group.key) < lease then redis.call('PEXPIRE', group.key, lease) end
end
return { 'ok', now }
`);

/** The ARGV of {@link RESERVE}, in the order of its first lines; -1 stands for no limit. */
export function reservation(
  { leaseMs, pendingMs, ...session }: NewSession,
  { secondsPerDay = -1, caller = -1, preset = -1, vendor = -1 }: SessionLimits,
): Fields {
  return [
    ...[session.id, session.reservedSeconds],
    ...[leaseMs, pendingMs, KEEP_LOST_MS],
    secondsPerDay,
    ...[caller, preset, vendor],
    ...fieldsOf(session),
  ];
}

/** For scripts of one session (KEYS: session, due. ARGV: id): makes it due then, or at its end if that comes first. */
const DUE_IN = `
local function due_in(ms)
  local due = math.min(now + tonumber(ms), tonumber(redis.call('HGET', KEYS[1], 'expiresAt')))
  redis.call('HSET', KEYS[1], 'dueAt', due)
  redis.call('ZADD', KEYS[2], due, ARGV[1])
end
`;

/** KEYS: session, due. ARGV: id, dueInMs (-1 to leave), the field that is now or nothing, then fields and values. */
export const CHANGE: Script = script(`${DUE_IN}
local status = redis.call('HGET', KEYS[1], 'status')
if status ~= 'pending' and status ~= 'live' then return {} end
if #ARGV > 3 then redis.call('HSET', KEYS[1], unpack(ARGV, 4)) end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], ARGV[3], now) end
if tonumber(ARGV[2]) >= 0 then due_in(ARGV[2]) end
return redis.call('HGETALL', KEYS[1])
`);

/** KEYS: session, due. ARGV: id, its name at the vendor, claimMs. */
export const NAME_AT_VENDOR: Script = script(`${DUE_IN}
local status = redis.call('HGET', KEYS[1], 'status')
if not status or status == 'ended' then return {} end
redis.call('HSET', KEYS[1], 'vendorSessionId', ARGV[2])
if status == 'ending' then due_in(ARGV[3]) end
return redis.call('HGETALL', KEYS[1])
`);

/** KEYS: due. ARGV: how many. Answers ids. */
export const DUE: Script = script(`
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
`);

/** KEYS: session, due. ARGV: id, reason, claimMs, whether only if due. */
export const CLAIM_ENDING: Script = script(`
local status = redis.call('HGET', KEYS[1], 'status')
if not status then redis.call('ZREM', KEYS[2], ARGV[1]) end
if not status or status == 'ended' then return {} end
if tonumber(redis.call('HGET', KEYS[1], 'dueAt')) > now and (status == 'ending' or ARGV[4] == '1') then return {} end
redis.call('HSETNX', KEYS[1], 'endReason', ARGV[2])
redis.call('HSETNX', KEYS[1], 'endingAt', now)
redis.call('HSET', KEYS[1], 'status', 'ending', 'dueAt', now + ARGV[3])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return redis.call('HGETALL', KEYS[1])
`);

/** KEYS: session, due. ARGV: id, byMs, then fields and values. */
export const POSTPONE: Script = script(`${DUE_IN}
if redis.call('HGET', KEYS[1], 'status') ~= 'ending' then return 0 end
if #ARGV > 2 then redis.call('HSET', KEYS[1], unpack(ARGV, 3)) end
due_in(ARGV[2])
return 1
`);

/** KEYS: session, due, minutes, then the three groups. ARGV: id, seconds used, claimMs. */
export const FINISH_ENDING: Script = script(`
if redis.call('HGET', KEYS[1], 'status') ~= 'ending' then return {} end
local reserved = tonumber(redis.call('HGET', KEYS[1], 'reservedSeconds'))
local used = math.min(tonumber(ARGV[2]), reserved)
local day = redis.call('HGET', KEYS[1], 'day')
if redis.call('HEXISTS', KEYS[3], day) == 1 then redis.call('HINCRBY', KEYS[3], day, used - reserved) end
local due = now + ARGV[3]
redis.call('HSET', KEYS[1], 'status', 'ended', 'endedAt', now, 'usedSeconds', used, 'dueAt', due)
redis.call('ZADD', KEYS[2], due, ARGV[1])
for i = 4, 6 do redis.call('ZREM', KEYS[i], ARGV[1]) end
return redis.call('HGETALL', KEYS[1])
`);

/** KEYS: session, due. ARGV: id, claimMs. */
export const CLAIM_RECEIPT: Script = script(`
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not due or tonumber(due) > now or redis.call('HGET', KEYS[1], 'status') ~= 'ended' then return {} end
redis.call('HSET', KEYS[1], 'dueAt', now + ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
return redis.call('HGETALL', KEYS[1])
`);

/** KEYS: session, due. ARGV: id, how long it is remembered. */
export const NOTE_RECEIPT: Script = script(`
if redis.call('HGET', KEYS[1], 'status') ~= 'ended' then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);

/** KEYS: group. Answers the ids whose lease lasts. */
export const MEMBERS: Script = script(`
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
`);

/** KEYS: intent. ARGV: fingerprint, holder, claimMs. */
export const CLAIM_INTENT: Script = script(`
local known = redis.call('HMGET', KEYS[1], 'fingerprint', 'sealed')
if not known[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'holder', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return { 'yours' }
end
if known[1] ~= ARGV[1] then return { 'other' } end
if known[2] then return { 'done', known[2] } end
return { 'running' }
`);

/** KEYS: intent. ARGV: holder, sealed, keepMs. */
export const COMPLETE_INTENT: Script = script(`
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'sealed', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

/** KEYS: intent. ARGV: holder. */
export const ABANDON_INTENT: Script = script(`
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
local kept = redis.call('HEXISTS', KEYS[1], 'sealed')
redis.call('DEL', KEYS[1])
return 1 - kept
`);

/** KEYS: task. ARGV: holder, how long it is the holder's. */
export const CLAIM_TASK: Script = script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
`);

/**
 * Runs each command that the server does, for a user may lack the right to any of them. KEYS: pulse. ARGV: how long it
 * lives.
 */
export const PULSE: Script = script(`
local key, lives = KEYS[1], ARGV[1]
-- First: a write after another one is let through where the memory is full.
redis.call('SET', key, now, 'PX', lives)
redis.call('GET', key)
redis.call('PTTL', key)
redis.call('DEL', key)

redis.call('ZADD', key, 'XX', 0, '')
redis.call('ZCARD', key)
redis.call('ZSCORE', key, '')
redis.call('ZRANGE', key, 0, 0)
redis.call('ZRANGEBYSCORE', key, 0, 0)
redis.call('ZREM', key, '')
redis.call('ZREMRANGEBYSCORE', key, 0, 0)

redis.call('HSET', key, 'at', now)
redis.call('HSETNX', key, 'at', now)
redis.call('HGET', key, 'at')
redis.call('HMGET', key, 'at')
redis.call('HGETALL', key)
redis.call('HEXISTS', key, 'at')
redis.call('HINCRBY', key, 'at', 0)
redis.call('HDEL', key, '')

redis.call('PEXPIREAT', key, now + lives)
return redis.call('PEXPIRE', key, lives)
`);
