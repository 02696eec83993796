import type { Redis } from 'ioredis';
import { OLDEST_REDIS } from '../config/constants.ts';
import type { RedisSettings } from '../config/environment.ts';
import { isReply } from '../state/redis-trouble.ts';
import { PULSE } from '../state/scripts.ts';
import type { Finding, Level } from './finding.ts';
import { codeOf, isUntrusted } from './no-answer.ts';
import { connectOnce } from './redis-connection.ts';
import { redisRefusal } from './redis-refusals.ts';

/** Whether Redis can keep what replicas share. The one key that is written for it lives for a millisecond. */
export async function* redisFindings({ url: secret, prefix }: RedisSettings): AsyncGenerator<Finding> {
  const url = secret.reveal();
  const redis = await connectOnce(url);
  if (redis instanceof Error) {
    yield isReply(redis) || isUntrusted(codeOf(redis))
      ? redisRefusal(redis)
      : ((await tlsFinding(url)) ?? redisRefusal(redis));
    return;
  }
  try {
    const info = await infoOf(redis);
    const version = info.get('redis_version');
    if (version !== undefined && Number.parseInt(version) < OLDEST_REDIS) {
      yield found(
        'wrong',
        `is Redis ${version}, and its scripts cannot do what the server needs: use ${OLDEST_REDIS} or later`,
      );
      return;
    }
    yield evictionFinding(info);
    if (info.get('loading') === '1') {
      yield found('unanswered', 'still reads what it holds from its disk: try again');
      return;
    }
    const refusal = await tried(redis, prefix);
    yield refusal === undefined
      ? found('good', `runs the server’s scripts${version === undefined ? '' : `, as Redis ${version}`}`)
      : redisRefusal(refusal);
  } finally {
    redis.disconnect();
  }
}

function found(level: Level, message: string): Finding {
  return { level, where: 'REDIS_URL', message };
}

/** Whether it is only the kind of connection that is wrong. Whoever is asked in the other way is told no password. */
async function tlsFinding(url: string): Promise<Finding | undefined> {
  const other = new URL(url);
  const [is, should] = other.protocol === 'redis:' ? ['redis', 'rediss'] : ['rediss', 'redis'];
  Object.assign(other, { protocol: should, username: '', password: '' });
  const answer = await connectOnce(other.href);
  if (answer instanceof Error && !isReply(answer) && !isUntrusted(codeOf(answer))) return undefined;
  if (!(answer instanceof Error)) answer.disconnect();
  const speaks = should === 'rediss' ? 'speaks TLS' : 'does not speak TLS';
  return found('wrong', `${speaks}: write ${should}:// for ${is}://`);
}

/** What Redis tells of itself; nothing where it may not. */
async function infoOf(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const text = await redis.info().catch(() => '');
  return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));
}

function evictionFinding(info: ReadonlyMap<string, string>): Finding {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined) {
    return found(
      'note',
      'does not tell its maxmemory-policy: see that it is noeviction, or leases may be lost',
    );
  }
  if (policy === 'noeviction') return found('good', 'evicts nothing');
  const mending = `set maxmemory-policy to noeviction (${policy})`;
  return info.get('maxmemory') === '0'
    ? found('note', `would evict leases if it had a maxmemory: ${mending}`)
    : found('wrong', `evicts leases when its memory is full, so that sessions run uncounted: ${mending}`);
}

/** What keeps the server's scripts from what they do. They are run by their name, and by their text where it is new. */
async function tried(redis: Redis, prefix: string): Promise<Error | undefined> {
  try {
    const key = `{${prefix}}:pulse:check`;
    await redis.eval(PULSE.text, 1, key, 1);
    await redis.evalsha(PULSE.sha, 1, key, 1);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
