import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { logWatch } from './log-watch.ts';
import { LogOutput } from './log-output.ts';
import { createLogger } from './logger.ts';

test('a receipt is written before anything else happens: the store is told next that it is', () => {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  const watch = logWatch(createLogger('info', [], new LogOutput(stream, () => undefined)));
  watch.ended({
    session: 's',
    caller: 'jwt:ann',
    preset: 'face',
    vendor: 'simli',
    seconds: 12,
    reason: 'ended_by_caller',
  });
  expect(JSON.parse(text)).toMatchObject({ audit: 'ended', session: 's', seconds: 12 });
});
