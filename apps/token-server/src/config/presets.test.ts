import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsAt, EXAMPLE } from '../../test/start.ts';
import { presetRules } from '../vendors/vendors.ts';
import { ConfigError } from './config-error.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { loadPolicy, loadPresets, type Policy, type Preset } from './presets.ts';

const accounts = accountsAt('http://127.0.0.1:1');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'presets-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(text: string): Promise<string> {
  const file = join(folder, 'presets.yaml');
  await writeFile(file, text);
  return file;
}

async function load(text: string, known: Partial<typeof accounts> = accounts): Promise<readonly Preset[]> {
  return loadPresets(await write(text), presetRules, known);
}

/** What is wrong with the file, without the folder's name. */
async function problemsOf(text: string, known?: Partial<typeof accounts>): Promise<readonly string[]> {
  return problemsIn(load(text, known));
}

async function problemsIn(loading: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await loading.catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error('the file was accepted');
  return error.problems.map((problem) => problem.replaceAll(join(folder, '/'), ''));
}

const simli = (caps: string, request = '{ faceId: f }'): string =>
  `presets:\n  a:\n    vendor: simli\n    caps: ${caps}\n    request: ${request}\n`;
const anam = (request: string): string =>
  `presets:\n  a:\n    vendor: anam\n    caps: { maxSessionSeconds: 300 }\n    request: ${request}\n`;

const liveavatar = (heartbeatSeconds: number): string =>
  anam('{ mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a }')
    .replace('anam', 'liveavatar')
    .replace('300', `300, heartbeatSeconds: ${heartbeatSeconds}`);

describe('caps', () => {
  const requestOf = async (text: string): Promise<unknown> => (await load(text))[0]?.request;

  test('go into the vendor’s own fields', async () => {
    const requests = (await loadPresets(EXAMPLE, presetRules, accounts)).map(({ request }) => request);
    expect(requests).toMatchObject([
      { maxSessionLength: 600, maxIdleTime: 60 },
      { personaConfig: { maxSessionLengthSeconds: 600 } },
      { max_session_duration: 600 },
    ]);
  });

  test('may let a page be silent for as long as its vendor does', async () => {
    const long = anam('{ personaConfig: { avatarId: x } }').replace('300', '300, heartbeatSeconds: 3600');
    expect((await load(liveavatar(150)))[0]?.heartbeatSeconds).toBe(150);
    expect((await load(long))[0]?.heartbeatSeconds).toBe(3_600);
  });

  test('always hold an idle cap for Simli', async () => {
    const [preset] = await load(simli('{ maxSessionSeconds: 300 }'));
    expect(preset?.caps).toEqual({ maxSessionSeconds: 300, idleSeconds: 60 });
    expect(preset?.request).toEqual({ faceId: 'f', maxSessionLength: 300, maxIdleTime: 60 });
    expect(await requestOf(simli('{ maxSessionSeconds: 300, idleSeconds: 9 }'))).toMatchObject({
      maxIdleTime: 9,
    });
  });

  test('are left to a stored persona’s own setting', async () => {
    expect(await requestOf(anam('{ personaConfig: { personaId: p } }'))).toEqual({
      personaConfig: { personaId: 'p' },
    });
  });
});

describe('overrides', () => {
  const stored = anam('{ personaConfig: { personaId: p } }');

  test('leave the caps as the preset has them', async () => {
    const [preset] = await load(
      `${anam('{ personaConfig: { avatarId: x } }')}    overrides: { personaConfig.name: { type: string } }\n`,
    );
    expect(preset?.override?.({ 'personaConfig.name': 'Ada' })).toEqual({
      request: { personaConfig: { avatarId: 'x', name: 'Ada', maxSessionLengthSeconds: 300 } },
    });
  });

  test.each([
    ['personaConfig', 'has a place for a cap, which callers never set: name the fields in it that they may'],
    ['personaConfig.maxSessionLengthSeconds', 'is a cap, which callers never set'],
  ])('of %s are refused also where a stored persona has the cap', async (field, message) => {
    expect(await problemsOf(`${stored}    overrides: { ${field}: {} }\n`)).toEqual([
      expect.stringMatching(
        new RegExp(`^presets\\.yaml:6:18 presets\\.a\\.overrides\\.${field} ${message}$`),
      ),
    ]);
  });

  test.each([{ 'personaConfig.avatarId': 'x' }, { 'personaConfig.name': 'Ada' }])(
    'make no uncapped session of a stored persona: %j',
    async (given) => {
      const [field = ''] = Object.keys(given);
      const [preset] = await load(`${stored}    overrides: { ${field}: { type: string } }\n`);
      expect(preset?.override?.(given)).toEqual({
        problems: [`${field} cannot be combined with "personaId"`],
      });
    },
  );
});

describe('an override', () => {
  const liveAvatar = `presets:
  a:
    vendor: liveavatar
    caps: { maxSessionSeconds: 300 }
    request: { mode: FULL, avatar_id: 513fd1b7-7ef9-466d-9af2-344e51eeb833, avatar_persona: {} }
`;
  const ephemeral = anam('{ personaConfig: { avatarId: x } }');

  test.each([
    [ephemeral, 'personaConfig.nmae', 'is not a field of this request'],
    [ephemeral, 'personaConfig.Name', 'is not a field of this request; did you mean "name"?'],
    [
      ephemeral,
      'persnaConfig.name',
      'leads into "persnaConfig", which is not a field of this request; did you mean "personaConfig"?',
    ],
    [
      ephemeral,
      'personaConfig.voiceGenerationOptions.sped',
      'is not a field of this request; did you mean "speed"?',
    ],
    [
      anam('{ personaConfig: { personaId: p } }'),
      'personaConfig.avatrId',
      'is not a field of this request; did you mean "avatarId"?',
    ],
    [simli('{ maxSessionSeconds: 9 }'), 'faceID', 'is not a field of this request; did you mean "faceId"?'],
    [liveAvatar, 'avatar_persona.voiceId', 'is not a field of this request; did you mean "voice_id"?'],
  ])('of no field of the vendor’s is refused (%#)', async (text, field, message) => {
    expect(await problemsOf(`${text}    overrides: { ${field}: {} }\n`)).toEqual([
      `presets.yaml:6:18 presets.a.overrides.${field} ${message}`,
    ]);
  });

  test.each([
    [ephemeral, 'personaConfig.voiceGenerationOptions'],
    [ephemeral, 'personaConfig.voiceGenerationOptions.speed'],
    [ephemeral, 'personaConfig.voiceGenerationOptions.similarityBoost'],
    [simli('{ maxSessionSeconds: 9 }'), 'faceId'],
    [liveAvatar, 'avatar_persona.voice_id'],
    [liveAvatar, 'dynamic_variables.name'],
  ])('of a field that the preset leaves out is taken (%#)', async (text, field) => {
    expect(await load(`${text}    overrides: { ${field}: {} }\n`)).toHaveLength(1);
  });
});

describe('a file is refused, and told where:', () => {
  test.each([
    ['an empty file', '', ['presets.yaml:1:1 must be an object, not null']],
    ['a list', '- a\n', ['presets.yaml:1:1 must be an object, not an array']],
    ['no presets', 'presets: {}\n', ['presets.yaml:1:1 presets has no preset in it']],
    [
      'none of what is no limit',
      'limits: { requests: none, sessions: { perVendor: none } }\npresets: {}\n',
      [
        'presets.yaml:1:11 limits.requests must hold limits: write none in the place of one, such as perCaller: none',
        'presets.yaml:1:39 limits.sessions.perVendor must hold vendors: leave out the ones without a limit',
      ],
    ],
    [
      'a misspelt top',
      'preset: {}\n',
      [
        'presets.yaml:1:1 presets is required',
        'presets.yaml:1:1 preset is not a field of this file; did you mean "presets"?',
      ],
    ],
    ['an empty preset', 'presets:\n  a:\n', ['presets.yaml:2:3 presets.a must be an object, not null']],
    [
      'a bad name',
      simli('{ maxSessionSeconds: 9 }').replace('a:', 'A_b:'),
      [
        'presets.yaml:2:3 presets.A_b is no name for a preset: use up to 63 of a-z, 0-9 and "-", not "-" first',
      ],
    ],
    [
      'the name __proto__',
      simli('{ maxSessionSeconds: 9 }').replace('a:', '__proto__:'),
      [
        'presets.yaml:2:3 presets.__proto__ is no name for a preset: use up to 63 of a-z, 0-9 and "-", not "-" first',
      ],
    ],
    [
      'another vendor',
      simli('{ maxSessionSeconds: 9 }').replace('simli', 'tavus'),
      ['presets.yaml:3:5 presets.a.vendor must be one of "simli", "anam", "liveavatar"'],
    ],
    [
      'a misspelt field',
      simli('{ maxSessionSeconds: 9 }').replace('request', 'requst'),
      [
        'presets.yaml:2:3 presets.a.request is required',
        'presets.yaml:5:5 presets.a.requst is not a field of a preset; did you mean "request"?',
      ],
    ],
    [
      'two scopes in one',
      `${simli('{ maxSessionSeconds: 9 }')}    scopes: [avatars, 'a b']\n`,
      [
        'presets.yaml:6:23 presets.a.scopes[1] must be one scope, of ASCII without blanks: give each as an item of the list',
      ],
    ],
    ['no cap', simli('{ }'), ['presets.yaml:4:5 presets.a.caps.maxSessionSeconds is required']],
    [
      'a cap in milliseconds',
      simli('{ maxSessionSeconds: 600000 }'),
      ['presets.yaml:4:13 presets.a.caps.maxSessionSeconds must be at most 86400'],
    ],
    [
      'a cap of nothing',
      simli('{ maxSessionSeconds: 0 }'),
      ['presets.yaml:4:13 presets.a.caps.maxSessionSeconds must be at least 1'],
    ],
    [
      'half a second',
      simli('{ maxSessionSeconds: 9.5 }'),
      ['presets.yaml:4:13 presets.a.caps.maxSessionSeconds must be a whole number'],
    ],
    [
      'a silence in which the vendor would end the session',
      liveavatar(151),
      [
        'presets.yaml:4:37 presets.a.caps.heartbeatSeconds must be at most 150 for this vendor: heartbeats keep its sessions alive, and without one it ends them after 5 minutes',
      ],
    ],
    [
      'an idle cap where there is none',
      anam('{ personaConfig: { avatarId: x } }').replace('300', '300, idleSeconds: 9'),
      ['presets.yaml:4:37 presets.a.caps.idleSeconds is a cap that this vendor does not have'],
    ],
    [
      'a cap in the request as well',
      simli('{ maxSessionSeconds: 9 }', '{ faceId: f, maxSessionLength: 9, maxIdleTime: 9 }'),
      [
        'presets.yaml:5:27 presets.a.request.maxSessionLength is set by caps.maxSessionSeconds: write it there only',
        'presets.yaml:5:48 presets.a.request.maxIdleTime is set by caps.idleSeconds: write it there only',
      ],
    ],
    [
      'a cap beside a stored persona',
      anam('{ personaConfig: { personaId: x, maxSessionLengthSeconds: 9 } }'),
      [
        'presets.yaml:5:47 presets.a.request.personaConfig.maxSessionLengthSeconds cannot be combined with "personaId"',
      ],
    ],
    [
      'a misspelt field of the vendor’s',
      anam('\n      personaConfig:\n        avatrId: x'),
      [
        'presets.yaml:7:9 presets.a.request.personaConfig.avatrId is not a field of this request; did you mean "avatarId"?',
      ],
    ],
    ['no persona', anam('{ }'), ['presets.yaml:5:5 presets.a.request.personaConfig is required']],
    [
      'a persona that is a text',
      anam('{ personaConfig: x }'),
      [
        expect.stringMatching(
          /^presets\.yaml:5:16 presets\.a\.request\.personaConfig must be an object/,
        ) as string,
      ],
    ],
    [
      'a key given twice',
      'presets:\n  a:\n    vendor: simli\n    vendor: anam\n',
      ['presets.yaml:4:5 presets.a.vendor is given twice'],
    ],
    [
      'a name given twice',
      `${simli('{ maxSessionSeconds: 9 }')}  a: {}\n`,
      ['presets.yaml:6:3 presets.a is given twice'],
    ],
    [
      'a key given twice in a list',
      'presets:\n  a:\n    tools:\n      - b: 1\n      - b: 1\n        b: 2\n',
      ['presets.yaml:6:9 presets.a.tools[1].b is given twice'],
    ],
    [
      'broken YAML',
      'presets:\n  a: [1\n',
      [expect.stringMatching(/^presets\.yaml:3:1 Flow sequence/) as string],
    ],
    ['an unknown tag', 'presets: !secret x\n', ['presets.yaml:1:10 Unresolved tag: !secret']],
    [
      'an alias to nowhere',
      'presets: *x\n',
      [expect.stringMatching(/^presets\.yaml:1:1 Unresolved alias/) as string],
    ],
  ])('%s', async (_what, text, problems) => {
    expect(await problemsOf(text)).toEqual(problems);
  });

  test('a vendor without a key', async () => {
    const { anam: account } = accounts;
    expect(await problemsOf(simli('{ maxSessionSeconds: 9 }'), { anam: account })).toEqual([
      'presets.yaml:3:5 presets.a.vendor is simli, and SIMLI_API_KEY is not set',
    ]);
  });

  test('a cap that no caller has the minutes for', async () => {
    const policyOf = async (text: string): Promise<Policy> =>
      (await loadPolicy(await write(text), presetRules, accounts, DEFAULT_LIMITS)).value;
    expect((await policyOf(simli('{ maxSessionSeconds: 7200 }'))).presets).toHaveLength(1);
    expect(await problemsIn(policyOf(simli('{ maxSessionSeconds: 7201 }')))).toEqual([
      'presets.yaml:4:13 presets.a.caps.maxSessionSeconds is more than limits.minutesPerCallerAndDay, 120 minutes: lower the one or raise the other, or nobody can have a session',
    ]);
    const longer = `limits: { minutesPerCallerAndDay: 121 }\n${simli('{ maxSessionSeconds: 7201 }')}`;
    expect((await policyOf(longer)).presets).toHaveLength(1);
  });

  test('every problem at once, in the order of the file', async () => {
    const text = `${simli('{ }')}  b:\n    vendor: anam\n    caps: { maxSessionSeconds: 9 }\n    request: {}\n`;
    expect(await problemsOf(text)).toEqual([
      'presets.yaml:4:5 presets.a.caps.maxSessionSeconds is required',
      'presets.yaml:9:5 presets.b.request.personaConfig is required',
    ]);
  });

  test('what is wrong at the top, and in the caps, beside what is wrong in a request', async () => {
    const text = `killswitch: all\n${anam('{ personaConfig: { avatrId: x } }').replace('300', '0')}`;
    expect(await problemsOf(text)).toEqual([
      'presets.yaml:1:1 killswitch is not a field of this file; did you mean "killSwitch"?',
      'presets.yaml:5:13 presets.a.caps.maxSessionSeconds must be at least 1',
      'presets.yaml:6:33 presets.a.request.personaConfig.avatrId is not a field of this request; did you mean "avatarId"?',
    ]);
  });

  test('a file that is not there', async () => {
    await expect(loadPresets('no-such.yaml', presetRules, accounts)).rejects.toThrow(
      'no-such.yaml cannot be read (ENOENT): name a file with --presets or PRESETS_FILE.',
    );
  });
});
