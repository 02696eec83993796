import { Redis } from 'ioredis';
import { STATE_CONNECT_MS } from '../config/constants.ts';

/** A connection to Redis that is tried once: it, or why there is none. The server's own is tried for as long as it runs. */
export async function connectOnce(url: string): Promise<Redis | Error> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: STATE_CONNECT_MS,
    commandTimeout: STATE_CONNECT_MS,
  });
  // The promise only tells that there is none, and that late.
  const failed = new Promise<Error>((resolve) => redis.on('error', resolve));
  const failure = await Promise.race([
    failed,
    redis.connect().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error('no connection')),
    ),
  ]);
  if (failure === undefined) return redis;
  redis.disconnect();
  return failure;
}
