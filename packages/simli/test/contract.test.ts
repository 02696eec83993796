import { agreement } from '@org/vendor-testing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createToken } from '../src/compose.ts';
import { startAgentsSession } from '../src/livekit.ts';
import { deviations } from './deviations.ts';

const text = fc.string({ minLength: 1 });

const createTokenInput = fc.record(
  {
    faceId: text,
    apiVersion: fc.constant('v2'),
    sessionAggregator: fc.option(fc.string()),
    handleSilence: fc.boolean(),
    maxSessionLength: fc.maxSafeInteger(),
    maxIdleTime: fc.integer(),
    startFrame: fc.integer(),
    audioInputFormat: fc.string(),
  },
  { requiredKeys: ['faceId'] },
);

test('compose.createToken accepts what the document accepts', () => {
  const seen = agreement({
    vendor: 'simli',
    operation: 'compose.createToken',
    check: createToken.request,
    valid: createTokenInput,
    deviations,
  });
  expect(seen.accepted).toBeGreaterThanOrEqual(1_000);
  expect(seen.refused).toBeGreaterThanOrEqual(1_000);
});

test('livekit.startAgentsSession accepts what the document accepts', () => {
  const seen = agreement({
    vendor: 'simli',
    operation: 'livekit.startAgentsSession',
    check: startAgentsSession.request,
    valid: fc.record({ session_token: text, livekit_token: text, livekit_url: text }),
    deviations,
  });
  expect(seen.accepted).toBeGreaterThanOrEqual(1_000);
  expect(seen.refused).toBeGreaterThanOrEqual(1_000);
});

test('each deviation is one: the document accepts what we refuse', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['unknown', { faceId: 'f', faceid: 'f' }],
    ['empty', { faceId: '' }],
    ['too large', { faceId: 'f', maxIdleTime: 2 ** 53 }],
  ];
  for (const [name, input] of cases) {
    const issues = createToken.request.issuesOf(input);
    expect(issues, name).toHaveLength(1);
    expect(
      deviations.some(({ explains }) => issues.every(explains)),
      name,
    ).toBe(true);
  }
});
