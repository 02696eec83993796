import { inspect } from 'node:util';
import { KEY, type Contender } from '../contender.ts';
import { good, weak, type Drill } from '../drill.ts';
import { serve, type Reply } from '../fault-server.ts';
import { answer, fail, reset } from '../replies.ts';
import { watch } from '../watch.ts';

const printed: Drill = {
  name: 'key in a printed error',
  does: 'a 400, a 401 page, a reset; whether the key (for a start, its tokens) is in `util.inspect(error)` or `JSON.stringify(error)`',
  weakIf: 'it is, or no error comes: errors are logged, and logs are read by many',
  run: async (contender) => {
    const faults = [fail(contender.dialect, 400), answer(401, '<h1>No</h1>', 'text/html'), reset];
    const errors = await Promise.all(faults.map((fault) => errorOf(contender, fault)));
    if (errors.includes(undefined)) return weak('no error');
    const ways = { inspect: (error: unknown) => inspect(error), JSON: jsonOf };
    const leaks = Object.entries(ways)
      .filter(([, print]) => errors.some((error) => print(error).includes(KEY)))
      .map(([way]) => way);
    return leaks.length === 0 ? good('✓') : weak(`leaks: ${leaks.join(', ')}`);
  },
};

async function errorOf({ open }: Contender, fault: Reply): Promise<unknown> {
  await using server = await serve(fault);
  const call = await open(server.url);
  const outcome = await watch(call(), 20_000);
  return 'error' in outcome ? outcome.error : undefined;
}

function jsonOf(error: unknown): string {
  try {
    // In a list, since alone it may come to nothing at all.
    return JSON.stringify([error]);
  } catch {
    // A circle shows nothing.
    return '';
  }
}

const redirected: Drill = {
  name: 'redirect to another host',
  does: 'a 307 to another host and port; whether it is followed, and the key with it (for a start, its tokens). Who follows by fetch loses `authorization` on the way, and no other header',
  weakIf: 'the key arrives there: whoever can make a vendor redirect would have it',
  run: async ({ dialect, open }) => {
    await using elsewhere = await serve(answer(200, dialect.success(), dialect.contentType), 'localhost');
    const location = `${elsewhere.url}/compose/token`;
    await using server = await serve(answer(307, '', 'text/plain', { location }));
    const call = await open(server.url);
    await watch(call(), 20_000);
    const [followed] = elsewhere.received;
    if (followed === undefined) return good('✓ not followed');
    const carried = JSON.stringify(followed.headers) + followed.body;
    return carried.includes(KEY) ? weak('followed, with the key') : good('followed, without the key');
  },
};

export const secrets: readonly Drill[] = [printed, redirected];
