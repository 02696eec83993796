import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  anamExample,
  avatarId,
  avatarPersona,
  liteExample,
  liveAvatarExample,
  voiceAgent,
} from '../test/vendor-examples.ts';
import { checkRequest, contracts, operations, type Operations, type RequestParts } from './contracts.ts';

const avatar_id = avatarId;
const simli = (body: unknown): string[] => paths(checkRequest('simli', 'compose.createToken', { body }));
const anam = (body: unknown): string[] => paths(checkRequest('anam', 'sessionTokens.create', { body }));
const persona = (personaConfig: unknown): string[] => anam({ personaConfig });
const token = (body: object): string[] =>
  paths(checkRequest('liveavatar', 'sessions.createToken', { body: { avatar_id, ...body } }));
const list = (query: Record<string, unknown>): string[] =>
  paths(checkRequest('liveavatar', 'sessions.list', { query }));

function paths(issues: readonly { path: string }[]): string[] {
  return issues.map(({ path }) => path);
}

test('the documents name exactly the operations of the type', () => {
  const named: Record<Operations[keyof Operations], true> = {
    'compose.createToken': true,
    'compose.listIceServers': true,
    'livekit.startAgentsSession': true,
    'sessionTokens.create': true,
    'engine.startSession': true,
    'engine.talk': true,
    'metrics.send': true,
    'sessions.createToken': true,
    'sessions.start': true,
    'sessions.stop': true,
    'sessions.keepAlive': true,
    'sessions.list': true,
    'sessions.get': true,
    'sessions.getTranscript': true,
  };
  // Two vendors have a `sessions.stop`.
  const names = new Set(operations.map(({ operation }) => operation));
  expect([...names].sort()).toEqual(Object.keys(named).sort());
  expect(Object.keys(contracts)).toEqual(['simli', 'anam', 'liveavatar']);
  expectTypeOf(checkRequest<'anam'>)
    .parameter(1)
    .toEqualTypeOf<Operations['anam']>();
});

describe('Simli', () => {
  test.each([
    [{ faceId: 'f' }],
    [{ faceId: 'f/e', apiVersion: 'v2', sessionAggregator: null, maxSessionLength: -1, startFrame: 0 }],
    [{ faceId: '', unknown: 1, maxIdleTime: 30.0 }],
    [{ faceId: 'f', handleSilence: undefined }],
  ])('accepts %j', (body) => {
    expect(simli(body)).toEqual([]);
  });

  test.each([
    [{}, 'body.faceId'],
    [{ faceId: null }, 'body.faceId'],
    [{ faceId: 'f', apiVersion: 'v1' }, 'body.apiVersion'],
    [{ faceId: 'f', sessionAggregator: 1 }, 'body.sessionAggregator'],
    [{ faceId: 'f', handleSilence: 'yes' }, 'body.handleSilence'],
    [{ faceId: 'f', maxSessionLength: 1.5 }, 'body.maxSessionLength'],
    [{ faceId: 'f', maxIdleTime: Number.NaN }, 'body.maxIdleTime'],
    [undefined, 'body'],
    [[], 'body'],
    [1n, 'body'],
    [Symbol('no JSON'), 'body'],
  ])('refuses %o at %s', (body, path) => {
    expect(simli(body)).toEqual([path]);
  });

  test('wants all three of a LiveKit session', () => {
    const issues = checkRequest('simli', 'livekit.startAgentsSession', { body: { session_token: 't' } });
    expect(paths(issues)).toEqual(['body.livekit_token', 'body.livekit_url']);
    expect(checkRequest('simli', 'compose.listIceServers', {})).toEqual([]);
  });
});

describe('Anam', () => {
  test('accepts the example of its document, and an empty request', () => {
    expect(anam(anamExample)).toEqual([]);
    expect(anam({})).toEqual([]);
    expect(persona({})).toEqual([]);
  });

  test.each([
    [{ personaId: 'p' }],
    // What the vendor does with this is not known.
    [{ personaId: 'p', name: 'n', voiceDetectionOptions: { endOfSpeechSensitivity: 9 } }],
    [{ initialMessage: null, maxSessionLengthSeconds: 0.5, brainType: 'unknown field' }],
    [{ voiceDetectionOptions: { silenceBeforeAutoEndTurnSeconds: 0.5, silenceBeforeSkipTurnSeconds: 900 } }],
    [{ voiceGenerationOptions: {} }],
    [{ voiceGenerationOptions: { stability: 0, speed: 0.7, useSpeakerBoost: true, model: 'm' } }],
    [{ voiceGenerationOptions: { speed: 2 } }],
    [{ voiceGenerationOptions: { volume: 0.5, speed: 1.5, emotion: 'sad' } }],
  ])('accepts the persona %j', (config) => {
    expect(persona(config)).toEqual([]);
  });

  test.each([
    [{ personaId: 7 }, 'personaId'],
    [{ personaId: null }, 'personaId'],
    [{ avatarModel: 'cara-1' }, 'avatarModel'],
    [{ name: null }, 'name'],
    [
      { voiceDetectionOptions: { endOfSpeechSensitivity: 1.01 } },
      'voiceDetectionOptions.endOfSpeechSensitivity',
    ],
    [
      { voiceDetectionOptions: { silenceBeforeAutoEndTurnSeconds: 0.4 } },
      'voiceDetectionOptions.silenceBeforeAutoEndTurnSeconds',
    ],
    [{ voiceGenerationOptions: { speed: 2.1 } }, 'voiceGenerationOptions'],
    [{ voiceGenerationOptions: { volume: 1, stability: 1 } }, 'voiceGenerationOptions'],
    [{ voiceGenerationOptions: { emotion: 'happy' } }, 'voiceGenerationOptions'],
    [{ voiceGenerationOptions: 'fast' }, 'voiceGenerationOptions'],
  ])('refuses the persona %j at %s', (config, path) => {
    expect(persona(config)).toEqual([`body.personaConfig.${path}`]);
  });

  test('holds the persona of an engine session to the same', () => {
    const start = (personaConfig: unknown): string[] =>
      paths(checkRequest('anam', 'engine.startSession', { body: { personaConfig } }));
    expect(start({ avatarId: 'a', initialMessage: 5 })).toEqual(['body.personaConfig.initialMessage']);
    expect(start({ personaId: 7 })).toEqual(['body.personaConfig.personaId']);
    expect(start(anamExample['personaConfig'])).toEqual([]);
  });

  test('holds the session options to their values', () => {
    expect(anam({ sessionOptions: { videoQuality: 'low' } })).toEqual(['body.sessionOptions.videoQuality']);
    expect(anam({ sessionOptions: { sessionReplay: { enableSessionReplay: 1 } } })).toHaveLength(1);
  });
});

describe('LiveAvatar', () => {
  test('refuses its own example, whose text excludes it, and accepts it without either field', () => {
    expect(token({ ...liveAvatarExample, avatar_persona: avatarPersona, voice_agent: voiceAgent })).toEqual([
      'body',
    ]);
    expect(token({ ...liveAvatarExample, avatar_persona: avatarPersona })).toEqual([]);
    expect(token({ ...liveAvatarExample, voice_agent: voiceAgent })).toEqual([]);
  });

  test.each([
    [{}],
    [liteExample],
    [{ ...liteExample, mode: 'CUSTOM' }],
    [{ mode: 'LITE' }],
    [{ avatar_id: avatar_id.toUpperCase() }],
    // A field of the other mode is unknown, and swallowed.
    [{ mode: 'FULL', livekit_config: {} }],
    [{ mode: 'LITE', avatar_persona: 7, voice_agent: 7 }],
    [{ dynamic_variables: { ['😀'.repeat(64)]: '😀'.repeat(1000), count: 7 } }],
    [{ avatar_persona: { voice_settings: { provider: 'fish', model: 's2', latency_mode: 'balanced' } } }],
    [{ mode: 'LITE', openai_realtime_config: { secret_id: 's', temperature: 1.2 } }],
    [{ mode: 'LITE', gemini_realtime_config: { secret_id: 's', temperature: 2 } }],
    [
      {
        mode: 'LITE',
        agora_config: { agora_app_id: 'a', agora_token: 't', agora_channel: 'c', agora_uid: 7 },
      },
    ],
    [{ mode: 'LITE', elevenlabs_agent_config: { secret_id: 's', agent_id: 'a' } }],
    [{ mode: 'LITE', cartesia_agent_config: { secret_id: 's', agent_id: 'a' } }],
  ])('accepts %j', (body) => {
    expect(token(body)).toEqual([]);
  });

  test.each([
    [{ avatar_id: undefined }, 'avatar_id'],
    [{ avatar_id: `urn:uuid:${avatar_id}` }, 'avatar_id'],
    [{ avatar_id: avatar_id.replaceAll('-', '') }, 'avatar_id'],
    [{ mode: 'lite' }, 'mode'],
    [{ avatar_persona: null }, 'avatar_persona'],
    [{ max_session_duration: '60' }, 'max_session_duration'],
    [{ video_settings: { quality: 'best' } }, 'video_settings.quality'],
    [{ interactivity_type: 'TALK' }, 'interactivity_type'],
    [{ voice_agent: {} }, 'voice_agent.id'],
    [{ memory: { prev_session_id: 'x' } }, 'memory.prev_session_id'],
    [{ dynamic_variables: { k: 'v'.repeat(1001) } }, 'dynamic_variables.k'],
    [{ dynamic_variables: { ['k'.repeat(65)]: 'v' } }, 'dynamic_variables'],
    [
      { dynamic_variables: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
      'dynamic_variables',
    ],
    [{ avatar_persona: { voice_settings: {} } }, 'avatar_persona.voice_settings.provider'],
    [{ avatar_persona: { voice_settings: { provider: 'other' } } }, 'avatar_persona.voice_settings.provider'],
    [
      { avatar_persona: { voice_settings: { provider: 'fish', speed: 1.3 } } },
      'avatar_persona.voice_settings.speed',
    ],
    [
      { avatar_persona: { voice_settings: { provider: 'elevenLabs', model: 's1' } } },
      'avatar_persona.voice_settings.model',
    ],
    [{ avatar_persona: { stt_config: { provider: 'other' } } }, 'avatar_persona.stt_config.provider'],
    [
      { mode: 'LITE', openai_realtime_config: { secret_id: 's', temperature: 0.5 } },
      'openai_realtime_config.temperature',
    ],
  ])('refuses %j at %s', (body, path) => {
    expect(token(body)).toEqual([`body.${path}`]);
  });

  test('wants all of livekit_config or nothing', () => {
    expect(token({ mode: 'CUSTOM', livekit_config: { livekit_url: 'u' } })).toEqual([
      'body.livekit_config.livekit_room',
      'body.livekit_config.livekit_client_token',
    ]);
  });

  test('reads numbers in a query as text', () => {
    expect(list({ type: 'active', page: '1', page_size: 100, unknown: 'x' })).toEqual([]);
    expect(list({})).toEqual(['query.type']);
    expect(list({ type: 'all', page: 0, page_size: '101' })).toEqual([
      'query.type',
      'query.page',
      'query.page_size',
    ]);
    expect(list({ type: 'active', page: 'first' })).toEqual(['query.page']);
    expect(list({ type: 'active', page: undefined, page_size: 20n, avatar_id: {} })).toEqual([]);
    expect(list({ type: 'active', page: 1.5, page_size: null })).toEqual(['query.page', 'query.page_size']);
  });

  test('holds paths and small bodies', () => {
    expect(checkRequest('liveavatar', 'sessions.get', { path: { session_id: avatar_id } })).toEqual([]);
    expect(checkRequest('liveavatar', 'sessions.getTranscript', { path: { session_id: 'x' } })).toHaveLength(
      1,
    );
    expect(checkRequest('liveavatar', 'sessions.start', {})).toEqual([]);
    expect(checkRequest('liveavatar', 'sessions.keepAlive', {})).toEqual([]);
    const stop = checkRequest('liveavatar', 'sessions.stop', {
      body: { reason: 'BORED', session_id: avatar_id },
    });
    expect(paths(stop)).toEqual(['body.reason']);
  });
});

test('a part that is undefined is absent, and the types allow it', () => {
  const parts: RequestParts = { body: undefined, query: undefined, path: undefined };
  expect(checkRequest('simli', 'compose.listIceServers', parts)).toEqual([]);
  expect(paths(checkRequest('liveavatar', 'sessions.list', parts))).toEqual(['query.type']);
});

test('judges any JSON without throwing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...operations),
      fc.jsonValue(),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (at, body, query) => {
        const issues = checkRequest(at.vendor, at.operation, { body, query, path: query });
        expect(issues.every(({ path, message }) => path.length > 0 && message.length > 0)).toBe(true);
      },
    ),
  );
});

test('judges a deep body and an unknown operation without falling over', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 20_000; i += 1) deep = [deep];
  expect(simli({ faceId: deep })).toHaveLength(1);
  // @ts-expect-error: the type knows the operations too
  expect(() => checkRequest('anam', 'sessions.list', {})).toThrow(RangeError);
});
