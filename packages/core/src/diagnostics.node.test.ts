import { channel } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { mint, TOKEN } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { json, serve, status } from '../test/local-server.ts';
import { CHANNELS } from './diagnostics.node.ts';
import { HOOK_NAMES } from './hooks.ts';
import { createCaller } from './index.node.ts';

/** What was published, until the test is over. */
function listen(): { name: string; message: unknown }[] {
  const heard: { name: string; message: unknown }[] = [];
  for (const name of Object.values(CHANNELS)) {
    const note = (message: unknown): void => {
      heard.push({ name, message });
    };
    channel(name).subscribe(note);
    onTestFinished(() => {
      channel(name).unsubscribe(note);
    });
  }
  return heard;
}

test('every hook has a channel', () => {
  expect(Object.keys(CHANNELS).toSorted()).toEqual(HOOK_NAMES.toSorted());
});

test('what hooks are told is published, without a hook', async () => {
  const heard = listen();
  const server = await serve(status(503), json({ ...TOKEN, news: 1 }));
  await callerFrom(createCaller)(server.origin).call(mint, { face: 'f' });
  expect(heard.map(({ name }) => name)).toEqual([
    '@org/core:request',
    '@org/core:response',
    '@org/core:retry',
    '@org/core:request',
    '@org/core:response',
    '@org/core:success',
    '@org/core:schema-drift',
  ]);
  for (const { message } of heard)
    expect(message).toMatchObject({ vendor: 'acme', operation: 'tokens.mint' });
});

test('a failure is published with its error', async () => {
  const heard = listen();
  const server = await serve(status(404));
  const error = await failureOf(callerFrom(createCaller)(server.origin).call(mint, { face: 'f' }));
  expect(heard.at(-1)).toMatchObject({ name: '@org/core:error', message: { error } });
});
