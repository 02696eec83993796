import * as undici from 'undici';
import * as undici6 from 'undici-6';
import * as undici8 from 'undici-8';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { mint, TOKEN } from '../../test/acme.ts';
import { callerFrom, failureOf } from '../../test/calling.ts';
import { deadOrigin, json, serve } from '../../test/local-server.ts';
import { POOL_CONNECTIONS } from '../constants.ts';
import { createCaller } from '../index.node.ts';
import type { DispatcherLike } from '../options.ts';

const caller = callerFrom(createCaller);

type Undici = typeof undici;

interface Closing extends DispatcherLike {
  close(): Promise<void>;
}

/** The types of the versions do not fit each other; what is used of them is named alike in all. */
const older = undici6 as unknown as Undici;
const newer = undici8 as unknown as Undici;

/** Dispatchers that go to a server themselves. */
const DISPATCHERS: readonly (readonly [string, (version: Undici) => Closing])[] = [
  ['Agent', ({ Agent }) => new Agent()],
  ['RetryAgent', ({ Agent, RetryAgent }) => new RetryAgent(new Agent())],
  [
    'Agent with interceptors',
    ({ Agent, interceptors }) =>
      new Agent().compose(interceptors.redirect({ maxRedirections: 1 }), interceptors.retry()),
  ],
];

function closedAfterwards<Dispatcher extends Closing>(dispatcher: Dispatcher): Dispatcher {
  onTestFinished(() => dispatcher.close());
  return dispatcher;
}

describe.each([
  ['undici 7', undici],
  ['undici 8', newer],
])('a dispatcher of %s', (_, version) => {
  it.each(DISPATCHERS)('may be its %s', async (_name, make) => {
    const server = await serve(json(TOKEN));
    const dispatcher = closedAfterwards(make(version));
    expect(await caller(server.origin, { dispatcher }).call(mint, { face: 'a-face' })).toEqual(TOKEN);
  });

  it('may be its MockAgent', async () => {
    const origin = 'https://api.acme.example';
    const dispatcher = closedAfterwards(new version.MockAgent());
    dispatcher.get(origin).intercept({ path: '/v1/tokens', method: 'POST' }).reply(200, TOKEN);
    expect(await caller(origin, { dispatcher }).call(mint, { face: 'a-face' })).toEqual(TOKEN);
  });
});

test('a client opens as many connections as its table of numbers says, and no more', async () => {
  const replies: (() => void)[] = [];
  const server = await serve((response, request) => {
    replies.push(() => {
      json(TOKEN)(response, request);
    });
  });
  const client = caller(server.origin);
  const calls = Array.from({ length: POOL_CONNECTIONS + 6 }, () => client.call(mint, { face: 'f' }));
  await expect.poll(() => server.received.length).toBe(POOL_CONNECTIONS);
  // Long enough for another to come, if one were sent.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(server.received).toHaveLength(POOL_CONNECTIONS);
  for (const reply of replies.splice(0)) reply();
  await expect.poll(() => replies.length).toBe(6);
  for (const reply of replies) reply();
  expect(await Promise.all(calls)).toHaveLength(POOL_CONNECTIONS + 6);
});

const REFUSED = {
  code: 'configuration',
  message:
    'acme tokens.mint: dispatcher must be a Dispatcher of undici 7 or 8: this one speaks to its handlers as undici 6 does',
  issues: [{ path: 'dispatcher' }],
  attempts: 1,
  retryable: false,
  stoppedBy: 'not_retryable',
};

describe('a dispatcher of undici 6', () => {
  it.each(DISPATCHERS)('is refused, and nothing is sent: %s', async (_, make) => {
    const server = await serve(json(TOKEN));
    const dispatcher = closedAfterwards(make(older));
    const error = await failureOf(caller(server.origin, { dispatcher }).call(mint, { face: 'a-face' }));
    expect(error).toMatchObject(REFUSED);
    expect(server.received).toEqual([]);
  });

  it('is refused where nobody listens, too', async () => {
    const dispatcher = closedAfterwards(new older.Agent());
    const error = await failureOf(caller(await deadOrigin(), { dispatcher }).call(mint, { face: 'a-face' }));
    expect(error).toMatchObject(REFUSED);
  });

  it('is refused as a MockAgent, which calls whatever is there', async () => {
    const origin = 'https://api.acme.example';
    const dispatcher = closedAfterwards(new older.MockAgent());
    dispatcher.get(origin).intercept({ path: '/v1/tokens', method: 'POST' }).reply(200, TOKEN);
    const error = await failureOf(caller(origin, { dispatcher }).call(mint, { face: 'a-face' }));
    expect(error).toMatchObject(REFUSED);
  });
});
