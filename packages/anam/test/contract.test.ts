import { agreement, between, optional } from '@org/vendor-testing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSessionToken } from '../src/session-tokens.ts';
import { deviations } from './deviations.ts';

const elevenLabsV1 = { stability: between(0, 1), similarityBoost: between(0, 1), speed: between(0.7, 1.2) };

const ephemeral = optional({
  name: fc.string(),
  avatarId: fc.string(),
  avatarModel: fc.constantFrom('cara-2', 'cara-3', 'cara-4-latest'),
  voiceId: fc.string(),
  llmId: fc.string(),
  systemPrompt: fc.string(),
  maxSessionLengthSeconds: fc.double({ noNaN: true, noDefaultInfinity: true }),
  skipGreeting: fc.boolean(),
  uninterruptibleGreeting: fc.boolean(),
  initialMessage: fc.option(fc.string()),
  languageCode: fc.string(),
  voiceDetectionOptions: optional({
    endOfSpeechSensitivity: between(0, 1),
    silenceBeforeSkipTurnSeconds: between(0, 900),
    silenceBeforeSessionEndSeconds: between(0, 7200),
    silenceBeforeAutoEndTurnSeconds: between(0.5, 10),
    speechEnhancementLevel: between(0, 1),
  }),
  voiceGenerationOptions: fc.oneof(
    optional(elevenLabsV1),
    optional({ ...elevenLabsV1, style: between(0, 1), useSpeakerBoost: fc.boolean(), model: fc.string() }),
    optional({
      volume: between(0.5, 2),
      speed: between(0.6, 1.5),
      emotion: fc.constantFrom('neutral', 'calm', 'angry', 'content', 'sad', 'scared'),
    }),
    optional({ volume: between(0.5, 2), speed: between(0.5, 2) }),
  ),
});

const input = fc.record(
  {
    clientLabel: fc.string(),
    personaConfig: fc.oneof(
      { weight: 4, arbitrary: ephemeral },
      { weight: 1, arbitrary: fc.record({ personaId: fc.string({ minLength: 1 }) }) },
    ),
    sessionOptions: optional({
      sessionReplay: optional({ enableSessionReplay: fc.boolean() }),
      videoQuality: fc.constantFrom('high', 'auto'),
    }),
  },
  { requiredKeys: ['personaConfig'] },
);

test('sessionTokens.create accepts what the document accepts', () => {
  const seen = agreement({
    vendor: 'anam',
    operation: 'sessionTokens.create',
    check: createSessionToken.request,
    valid: input,
    deviations,
  });
  expect(seen.accepted).toBeGreaterThanOrEqual(1_000);
  expect(seen.refused).toBeGreaterThanOrEqual(1_000);
});
