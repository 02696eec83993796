import { good, weak, type Drill } from '../drill.ts';
import { serve, serveResets, type Received } from '../fault-server.ts';
import { reset } from '../replies.ts';
import { watch } from '../watch.ts';

const BOUND_MS = 20_000;

function attemptsIn(received: readonly Received[]): string {
  return received.length === 1 ? '1 attempt' : `${received.length} attempts`;
}

const before: Drill = {
  name: 'reset on connecting',
  does: 'every connection is reset before a byte of the request is read; the attempts',
  weakIf: 'an operation that may happen twice is not tried again: nothing has happened yet',
  run: async ({ open, repeat }) => {
    await using server = await serveResets();
    const call = await open(server.url);
    await watch(call(), BOUND_MS);
    const text = attemptsIn(server.received);
    return repeat === 'safe' && server.received.length === 1 ? weak(text) : good(text);
  },
};

const after: Drill = {
  name: 'reset after the request',
  does: 'every connection is reset once the whole POST was read; the attempts',
  weakIf:
    'a POST that may have been carried out is sent again, unless the operation is declared safe to repeat or carries an idempotency key',
  run: async ({ open, repeat }) => {
    await using server = await serve(reset);
    const call = await open(server.url);
    await watch(call(), BOUND_MS);
    const { received } = server;
    const [key, ...otherKeys] = new Set(received.map(({ headers }) => headers['idempotency-key']));
    const isKeyed = key !== undefined && otherKeys.length === 0;
    const safe = repeat === 'safe' || isKeyed || received.length === 1;
    const text = attemptsIn(received) + (isKeyed ? ', one idempotency key' : '');
    return safe ? good(text) : weak(text);
  },
};

export const resets: readonly Drill[] = [before, after];
