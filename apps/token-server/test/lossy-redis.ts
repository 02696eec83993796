import { connect } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { listening } from './listening.ts';

/** The Redis at that address behind a network that loses an answer when told to: what was asked for is done. */
export interface LossyRedis extends AsyncDisposable {
  readonly url: string;
  /** The next command with these words in it is carried out, and the connection ends before its answer. */
  loseAnswerTo(words: string): void;
}

export async function startLossyRedis(address: string): Promise<LossyRedis> {
  const { hostname, port } = new URL(address);
  let words: string | undefined;
  const between = await listening((socket) => {
    const redis = connect(Number(port), hostname);
    let isLost = false;
    const asked = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (words !== undefined && chunk.includes(words)) [isLost, words] = [true, undefined];
        done(null, chunk);
      },
    });
    const answered = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        done(isLost ? new Error('the answer is lost') : null, chunk);
      },
    });
    pipeline(socket, asked, redis, () => undefined);
    pipeline(redis, answered, socket, () => undefined);
  });
  return {
    url: `redis://127.0.0.1:${between.port}`,
    loseAnswerTo: (given) => {
      words = given;
    },
    [Symbol.asyncDispose]: between[Symbol.asyncDispose],
  };
}
