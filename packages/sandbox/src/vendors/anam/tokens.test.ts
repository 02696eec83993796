import { expect, test } from 'vitest';
import { manualClock } from '../../../test/manual-clock.ts';
import { jwtPayload, jwtShaped } from '../jwt.ts';
import { AnamTokens, isSessionToken, personaOf } from './tokens.ts';

test('a token is good once, within its hour', async () => {
  const clock = manualClock();
  const tokens = new AnamTokens(clock);
  const first = tokens.mint({});
  const second = tokens.mint({ personaId: 'p' });
  expect(tokens.redeem('made-up')).toBeUndefined();
  expect(tokens.redeem(first)).toBe(jwtPayload(first)?.['sessionId']);
  expect(tokens.redeem(first)).toBeUndefined();
  await clock.advance(3_600_000);
  expect(tokens.redeem(second)).toBeUndefined();
  const third = tokens.mint({});
  tokens.clear();
  expect(tokens.redeem(third)).toBeUndefined();
});

test('a session token is known by its payload, also when it was minted elsewhere', () => {
  expect(isSessionToken(new AnamTokens(manualClock()).mint({}))).toBe(true);
  for (const key of ['a-key', 'my.dotted.key', 'a.b', 'a.bnVsbA.c', jwtShaped({ sub: 'a key' }), '']) {
    expect(isSessionToken(key)).toBe(false);
  }
});

test('of a persona only what is acted on is remembered', () => {
  const acted = {
    avatarId: 'a',
    maxSessionLengthSeconds: 1,
    initialMessage: 'Hello',
    skipGreeting: false,
    voiceDetectionOptions: { silenceBeforeSessionEndSeconds: 2 },
  };
  const voiceDetectionOptions = { ...acted.voiceDetectionOptions, speechEnhancementLevel: 1 };
  const sent = { ...acted, voiceDetectionOptions, name: 'n', systemPrompt: 'long' };
  expect(personaOf(sent)).toEqual(acted);
  expect(personaOf({ ...sent, personaId: 'p' })).toEqual({ personaId: 'p' });
});
