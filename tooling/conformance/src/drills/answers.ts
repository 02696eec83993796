import { inspect } from 'node:util';
import { TOKEN, type Contender } from '../contender.ts';
import { good, weak, type Drill } from '../drill.ts';
import { serve, type Reply } from '../fault-server.ts';
import { answer } from '../replies.ts';
import { watch, type Outcome } from '../watch.ts';

const BOUND_MS = 20_000;
const PAGE = `<!doctype html><html><h1>Bad Gateway</h1>${'<p>Please try again later.</p>'.repeat(100)}</html>`;

async function outcomeOf({ open }: Contender, reply: Reply): Promise<Outcome> {
  await using server = await serve(reply);
  const call = await open(server.url);
  return await watch(call(), BOUND_MS);
}

/** The name that tells a reader which error it was. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

const page: Drill = {
  name: 'an HTML 502',
  does: `a page of ${PAGE.length} characters with 502; whether it is in the error's message`,
  weakIf: 'it is: the page tells nothing and fills the log',
  run: async (contender) => {
    const outcome = await outcomeOf(contender, answer(502, PAGE, 'text/html'));
    if (!('error' in outcome)) return weak('pending' in outcome ? 'hangs' : 'passes as a success');
    const message = outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
    return message.includes('<h1>') ? weak(`in the message, ${message.length} characters`) : good('✓');
  },
};

const large: Drill = {
  name: 'an answer of 3 MiB',
  does: 'a success with 3 MiB of padding',
  weakIf: 'all of it is read: a token has a few hundred bytes, and memory is not a vendor’s to fill',
  run: async (contender) => {
    const { success, contentType } = contender.dialect;
    const outcome = await outcomeOf(contender, answer(200, success('x'.repeat(3 * 2 ** 20)), contentType));
    return 'error' in outcome ? good(`✓ ${nameOf(outcome.error)}`) : weak('read whole');
  },
};

const truncated: Drill = {
  name: 'truncated JSON',
  does: 'a success whose body ends too soon, after the token (for AWS: XML)',
  weakIf: 'it passes as a success, or the error prints the token that it was read up to',
  run: async (contender) => {
    const { success, contentType } = contender.dialect;
    const outcome = await outcomeOf(contender, answer(200, success('x').slice(0, -30), contentType));
    if (!('error' in outcome)) return weak('pending' in outcome ? 'hangs' : 'passes as a success');
    const name = nameOf(outcome.error);
    return inspect(outcome.error).includes(TOKEN) ? weak(`${name}, prints the token`) : good(`✓ ${name}`);
  },
};

const mislabelled: Drill = {
  name: 'JSON as text/plain',
  does: 'a good answer with another content-type',
  weakIf: 'the call succeeds without what is promised: it fails later, far from its cause',
  run: async (contender) => {
    const outcome = await outcomeOf(contender, answer(200, contender.dialect.success(), 'text/plain'));
    if ('error' in outcome) return good(nameOf(outcome.error));
    if ('pending' in outcome) return weak('hangs');
    return outcome.value === TOKEN ? good('✓ read') : weak('succeeds without a token');
  },
};

export const answers: readonly Drill[] = [page, large, truncated, mislabelled];
