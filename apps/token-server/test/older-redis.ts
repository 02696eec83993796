import { connect } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { listening } from './listening.ts';

/** What a script was refused, as Redis 7 says it. */
const REFUSED = /^-([A-Z]+ .*?) script: ([\da-f]{40}), on @user_script:(\d+)\.\r$/gm;

/** And as 5, 6.0 and 6.2 do: `luaPushError`, `__redis__err__handler` and `evalGenericCommand` of their `scripting.c`. */
const REFUSED_BEFORE = '-ERR Error running script (call to f_$2): @user_script:$3: @user_script: $3: -$1\r';

/** The Redis at that address as an older one: it says that it is, and says like it what a script was refused. */
export async function asOlderRedis(
  address: string,
  version: '4' | '6',
): Promise<AsyncDisposable & { readonly url: string }> {
  const { hostname, port } = new URL(address);
  const between = await listening((socket) => {
    const redis = connect(Number(port), hostname);
    const older = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        const text = chunk
          .toString('latin1')
          .replace(/(redis_version:)\d/, `$1${version}`)
          .replace(REFUSED, REFUSED_BEFORE);
        done(null, Buffer.from(text, 'latin1'));
      },
    });
    for (const way of [pipeline(socket, redis), pipeline(redis, older, socket)]) way.catch(() => undefined);
  });
  return { url: `redis://127.0.0.1:${between.port}`, [Symbol.asyncDispose]: between[Symbol.asyncDispose] };
}
