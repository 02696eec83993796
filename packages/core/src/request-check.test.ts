import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { requestCheck } from './request-check.ts';

interface Everything {
  text: string;
  short?: string | undefined;
  count?: number | undefined;
  ratio?: number | undefined;
  above?: number | undefined;
  flag?: boolean | undefined;
  mode?: 'FULL' | 'LITE' | undefined;
  version?: 'v2' | undefined;
  uuid?: string | undefined;
  guid?: string | undefined;
  url?: string | undefined;
  nullable?: string | null | undefined;
  nested?: { inner: { speed: number }; list?: { id: string }[] | undefined } | undefined;
  words?: string[] | undefined;
  labels?: Record<string, string> | undefined;
  special?: string | undefined;
}

const everything = requestCheck<Everything>()(
  z.strictObject({
    text: z.string().check(z.minLength(1), z.maxLength(10)),
    short: z.optional(z.string().check(z.minLength(3))),
    count: z.optional(z.int().check(z.gte(1), z.lte(5))),
    ratio: z.optional(z.number().check(z.gte(0), z.lte(1))),
    above: z.optional(z.number().check(z.gt(0), z.lt(10))),
    flag: z.optional(z.boolean()),
    mode: z.optional(z.enum(['FULL', 'LITE'])),
    version: z.optional(z.literal('v2')),
    uuid: z.optional(z.uuid()),
    guid: z.optional(z.guid()),
    url: z.optional(z.url()),
    nullable: z.optional(z.nullable(z.string())),
    nested: z.optional(
      z.strictObject({
        inner: z.strictObject({ speed: z.number() }),
        list: z.optional(z.array(z.strictObject({ id: z.string() }))),
      }),
    ),
    words: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(2))),
    labels: z.optional(
      z.record(z.string().check(z.regex(/^[a-z]+$/, 'may only be lower-case letters')), z.string()),
    ),
    special: z.optional(z.string().check(z.refine((value) => value !== 'bad', 'must not be bad'))),
  }),
);

type Row = readonly [rule: string, broken: object, path: string, message: string];

const ROWS: readonly Row[] = [
  ['required', { text: undefined }, 'text', 'is required'],
  ['a string', { text: 7 }, 'text', 'must be a string, not a number'],
  ['not null', { text: null }, 'text', 'must be a string, not null'],
  ['not an array', { text: ['x'] }, 'text', 'must be a string, not an array'],
  ['not empty', { text: '' }, 'text', 'must not be empty'],
  ['at most characters', { text: 'x'.repeat(11) }, 'text', 'must be at most 10 characters'],
  ['at least characters', { short: 'x' }, 'short', 'must be at least 3 characters'],
  ['a number', { ratio: '1' }, 'ratio', 'must be a number, not a string'],
  ['a finite number', { ratio: Number.NaN }, 'ratio', 'must be a finite number'],
  ['a finite number, too', { ratio: Infinity }, 'ratio', 'must be a finite number'],
  ['a whole number', { count: 1.5 }, 'count', 'must be a whole number'],
  ['at least', { count: 0 }, 'count', 'must be at least 1'],
  ['at most', { count: 6 }, 'count', 'must be at most 5'],
  ['more than', { above: 0 }, 'above', 'must be more than 0'],
  ['less than', { above: 10 }, 'above', 'must be less than 10'],
  ['a boolean', { flag: 'true' }, 'flag', 'must be a boolean, not a string'],
  ['one of', { mode: 'full' }, 'mode', 'must be one of "FULL", "LITE"'],
  ['a literal', { version: 'v1' }, 'version', 'must be "v2"'],
  ['a UUID', { uuid: 'x' }, 'uuid', 'must be a UUID'],
  ['a UUID of any version', { guid: 'x' }, 'guid', 'must be a UUID'],
  ['a format', { url: 'x' }, 'url', 'must have the format url'],
  ['a string or null', { nullable: 7 }, 'nullable', 'must be a string, not a number'],
  ['an object', { nested: 'x' }, 'nested', 'must be an object, not a string'],
  [
    'nested',
    { nested: { inner: { speed: 'fast' } } },
    'nested.inner.speed',
    'must be a number, not a string',
  ],
  ['required in a nested one', { nested: {} }, 'nested.inner', 'is required'],
  [
    'in a list',
    { nested: { inner: { speed: 1 }, list: [{ id: 'a' }, { id: 2 }] } },
    'nested.list[1].id',
    'must be a string, not a number',
  ],
  ['a list', { words: 'x' }, 'words', 'must be an array, not a string'],
  ['a list of something', { words: [] }, 'words', 'must be at least 1 elements'],
  ['a list of not too much', { words: ['a', 'b', 'c'] }, 'words', 'must be at most 2 elements'],
  ['a record’s value', { labels: { a: 1 } }, 'labels.a', 'must be a string, not a number'],
  [
    'a record’s name, in words of its own',
    { labels: { A1: 'x' } },
    'labels.A1',
    'may only be lower-case letters',
  ],
  ['a rule with words of its own', { special: 'bad' }, 'special', 'must not be bad'],
  ['known', { colour: 1 }, 'colour', 'is not a field of this request'],
  ['spelt right', { txt: 'x' }, 'txt', 'is not a field of this request; did you mean "text"?'],
  ['cased right', { Nullable: 'x' }, 'Nullable', 'is not a field of this request; did you mean "nullable"?'],
  [
    'spelt right below',
    { nested: { inner: { sped: 1, speed: 1 } } },
    'nested.inner.sped',
    'is not a field of this request; did you mean "speed"?',
  ],
  [
    'spelt right in a list',
    { nested: { inner: { speed: 1 }, list: [{ id: 'a', ide: 1 }] } },
    'nested.list[0].ide',
    'is not a field of this request; did you mean "id"?',
  ],
];

describe('the words of each rule', () => {
  it('are none for a request that breaks none', () => {
    expect(everything.issuesOf({ text: 'x' })).toEqual([]);
    const full: Everything = {
      text: 'x',
      count: 5,
      ratio: 0,
      mode: 'LITE',
      guid: '00000000-0000-0000-0000-0000000000ff',
      nullable: null,
      nested: { inner: { speed: 1 }, list: [{ id: 'a' }] },
      labels: { a: 'x' },
    };
    expect(everything.issuesOf(full)).toEqual([]);
    expect(everything.issuesOf({ text: 'x', flag: undefined, nested: undefined })).toEqual([]);
  });

  it.each(ROWS)('%s', (_, broken, path, message) => {
    expect(everything.issuesOf({ text: 'x', ...broken })).toEqual([{ path, message }]);
  });

  it.each<[unknown, string]>([
    [undefined, 'is required'],
    [null, 'must be an object, not null'],
    ['text', 'must be an object, not a string'],
    [[], 'must be an object, not an array'],
  ])('of the whole request, when it is %o', (request, message) => {
    expect(everything.issuesOf(request)).toEqual([{ path: '', message }]);
  });

  it('name every field that is wrong', () => {
    const issues = everything.issuesOf({ text: 1, count: 9, colour: 1 });
    expect(issues.map(({ path }) => path).sort()).toEqual(['colour', 'count', 'text']);
  });

  it('never hold a value', () => {
    const secret = 'a-secret-value';
    for (const field of Object.keys({ ...ROWS.reduce((all, [, broken]) => ({ ...all, ...broken }), {}) })) {
      for (const value of [secret, [secret], { [field]: secret }]) {
        expect(JSON.stringify(everything.issuesOf({ text: 'x', [field]: value }))).not.toContain(secret);
      }
    }
  });

  it('say of a request without fields that a field is none of it', () => {
    const nothing = requestCheck<Record<string, never>>()(z.record(z.string(), z.never()));
    expect(nothing.issuesOf({})).toEqual([]);
    expect(nothing.issuesOf({ limit: 1 })).toEqual([
      { path: 'limit', message: 'is not a field of this request' },
    ]);
  });

  it('do not change with the language that an application has set for all of zod', () => {
    z.config({ ...z.locales.de(), customError: () => 'etwas ist falsch' });
    for (const [, broken, path, message] of ROWS) {
      expect(everything.issuesOf({ text: 'x', ...broken })).toEqual([{ path, message }]);
    }
  });

  afterEach(() => {
    z.config({ ...z.locales.en(), customError: undefined });
  });
});

describe('alternatives', () => {
  type Voice = { voiceId: string } | { provider: string; model: string };
  const voice = requestCheck<{ voice: Voice }>()(
    z.strictObject({
      voice: z.union([
        z.strictObject({ voiceId: z.string() }),
        z.strictObject({ provider: z.string(), model: z.string() }),
      ]),
    }),
  );

  it.each<[string, unknown, string, string]>([
    ['of the one meant, what is wrong', { voiceId: 7 }, 'voice.voiceId', 'must be a string, not a number'],
    ['of the one meant, what is missing', { provider: 'x' }, 'voice.model', 'is required'],
    [
      'of no one, what is foreign to all',
      { voiceId: 'x', colour: 1 },
      'voice.colour',
      'is not a field of this request',
    ],
    [
      'of no one, what was likely meant',
      { voiceID: 'x' },
      'voice.voiceID',
      'is not a field of this request; did you mean "voiceId"?',
    ],
  ])('are told by the nearest: %s', (_, value, path, message) => {
    expect(voice.issuesOf({ voice: value })).toContainEqual({ path, message });
  });

  it('say which fields exclude each other', () => {
    expect(voice.issuesOf({ voice: { voiceId: 'x', provider: 'y', model: 'z' } })).toEqual([
      { path: 'voice.voiceId', message: 'cannot be combined with "provider", "model"' },
    ]);
  });

  it('say so, too, where one of them must be absent', () => {
    type Persona =
      | { personaId: string; name?: undefined; avatarId?: undefined }
      | { personaId?: undefined; name: string; avatarId: string };
    const persona = requestCheck<Persona>()(
      z.union([
        z.strictObject({
          personaId: z.string(),
          name: z.optional(z.undefined()),
          avatarId: z.optional(z.undefined()),
        }),
        z.strictObject({ personaId: z.optional(z.undefined()), name: z.string(), avatarId: z.string() }),
      ]),
    );
    expect(persona.issuesOf({ personaId: 'p' })).toEqual([]);
    expect(persona.issuesOf({ personaId: 'p', name: 'n', avatarId: 'a' })).toEqual([
      { path: 'personaId', message: 'cannot be combined with "name", "avatarId"' },
    ]);
  });

  it('of plain types say what they are not', () => {
    const either = requestCheck<{ id: string | number }>()(
      z.strictObject({ id: z.union([z.string(), z.number()]) }),
    );
    const [issue, ...others] = either.issuesOf({ id: true });
    expect(others).toEqual([]);
    expect(issue?.path).toBe('id');
    expect(issue?.message).toMatch(/^must be a string( or a number)?, not a boolean$/);
  });

  it('that a field tells apart name its values', () => {
    type Session = { mode: 'FULL'; avatar: string } | { mode: 'LITE'; room: string };
    const session = requestCheck<Session>()(
      z.discriminatedUnion('mode', [
        z.strictObject({ mode: z.literal('FULL'), avatar: z.string() }),
        z.strictObject({ mode: z.literal('LITE'), room: z.string() }),
      ]),
    );
    const unknownMode = { path: 'mode', message: 'must be one of "FULL", "LITE"' };
    expect(session.issuesOf({ mode: 'full', avatar: 'x' })).toEqual([unknownMode]);
    expect(session.issuesOf({ avatar: 'x' })).toEqual([unknownMode]);
    expect(session.issuesOf({ mode: 'LITE', rom: 'x' })).toContainEqual({
      path: 'room',
      message: 'is required',
    });
    expect(session.issuesOf({ mode: 'LITE', rom: 'x' })).toContainEqual({
      path: 'rom',
      message: 'is not a field of this request; did you mean "room"?',
    });
  });
});

describe('what would be sent otherwise than it was checked', () => {
  class Getter {
    get text(): string {
      return 'inherited';
    }
  }
  class Own {
    text = 'own';
    get shown(): string {
      return this.text;
    }
  }
  class Turning extends Own {
    toJSON(): object {
      return { text: 'another' };
    }
  }
  const inherited = 'must be a field of the object itself: its class has it, which is not sent';
  const turned = 'must be a plain object: its toJSON could send anything';

  it.each<[string, object, string, string]>([
    ['a field that is inherited', Object.create({ text: 'x' }) as object, 'text', inherited],
    ['a getter of a class', new Getter(), 'text', inherited],
    ['what has a toJSON', new Turning(), '', turned],
    [
      'the same further in',
      { text: 'x', nested: { inner: Object.create({ speed: 1 }) as object } },
      'nested.inner.speed',
      inherited,
    ],
    [
      'the same in a list',
      { text: 'x', nested: { inner: { speed: 1 }, list: [{ id: 'a' }, Object.create({ id: 'b' })] } },
      'nested.list[1].id',
      inherited,
    ],
    [
      'a record with a toJSON',
      { text: 'x', labels: Object.assign(Object.create({ toJSON: () => 1 }) as object, { a: 'b' }) },
      'labels',
      turned,
    ],
  ])('is refused: %s', (_, input, path, message) => {
    expect(everything.issuesOf(input)).toEqual([{ path, message }]);
  });

  it.each<[string, object]>([
    ['an instance that has its fields itself', new Own()],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { text: 'x' })],
    ['an instance with a field that is not set', Object.assign(new Own(), { short: undefined })],
  ])('is nothing in %s', (_, input) => {
    expect(everything.issuesOf(input)).toEqual([]);
  });

  it('is nothing where the check does not look: what is unknown is the caller’s business', () => {
    const loose = requestCheck<{ at: unknown }>()(z.strictObject({ at: z.unknown() }));
    expect(loose.issuesOf({ at: new Date(0) })).toEqual([]);
  });
});

describe('as a Standard Schema', () => {
  const { '~standard': standard } = everything;

  it('is one of version 1', () => {
    expect(standard).toMatchObject({ version: 1, vendor: '@org/core' });
  });

  it('answers with the very value, unchanged', () => {
    const value = { text: 'x', nested: { inner: { speed: 1 } } };
    const result = standard.validate(value);
    expect(result.issues).toBeUndefined();
    expect('value' in result && result.value).toBe(value);
  });

  it('answers with issues whose paths are lists', () => {
    const result = standard.validate({ text: 'x', nested: { inner: { speed: 1 }, list: [{ id: 2 }] } });
    expect(result.issues).toEqual([
      { path: ['nested', 'list', 0, 'id'], message: 'must be a string, not a number' },
    ]);
  });
});
