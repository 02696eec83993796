import { expect, test } from 'vitest';
import type { Preset } from '../config/presets.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { Broker } from './broker.ts';

const preset: Preset = {
  name: 'greeter',
  vendor: 'simli',
  description: undefined,
  caps: { maxSessionSeconds: 60, idleSeconds: 10 },
  request: { faceId: 'for the vendor alone' },
};

/** A vendor that says which preset it was asked for. */
const vendor: Vendor = {
  name: 'simli',
  capabilities: { stop: false, keepAlive: false },
  mint: ({ name }, signal) =>
    signal.aborted
      ? Promise.reject(new Error('the vendor’s error'))
      : Promise.resolve({ token: `token for ${name}`, expiresAt: new Date(0), connect: { room: 1 } }),
  close: () => Promise.resolve(),
};

const broker = new Broker([preset], { simli: vendor });

test('a grant holds what was minted, and the terms of its preset', async () => {
  const offer = broker.find('greeter');
  if (offer === undefined) throw new Error('there is such a preset');
  expect(await broker.grant(offer, new AbortController().signal)).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    vendor: 'simli',
    preset: 'greeter',
    token: 'token for greeter',
    expiresAt: new Date(0),
    connect: { room: 1 },
    limits: { maxSessionSeconds: 60, idleSeconds: 10 },
    capabilities: { stop: false, keepAlive: false },
  });
  await expect(broker.grant(offer, AbortSignal.abort())).rejects.toThrow('the vendor’s error');
});

test('nobody is shown what a preset asks of its vendor', () => {
  expect(broker.presets()).toEqual([
    { name: 'greeter', vendor: 'simli', limits: { maxSessionSeconds: 60, idleSeconds: 10 } },
  ]);
});

test('there is no preset but those that were given', () => {
  expect(broker.find('nobody')).toBeUndefined();
  expect(broker.find('__proto__')).toBeUndefined();
});
