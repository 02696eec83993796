import { describe, expect, test } from 'vitest';
import { override, readOverrides } from './overrides.ts';

const CAPS = [['personaConfig', 'maxSessionLengthSeconds']];

/** What is wrong with the schema of a field. */
function problemsOf(field: string, schema: unknown): readonly string[] {
  return readOverrides({ [field]: schema }, CAPS).problems.map(({ message }) => message);
}

describe('an override is refused when it', () => {
  test.each<[string, string, unknown, string]>([
    ['is a cap', 'personaConfig.maxSessionLengthSeconds', { type: 'number' }, 'is a cap'],
    ['holds a cap', 'personaConfig', { type: 'object' }, 'has a place for a cap'],
    ['is no path', 'personaConfig.__proto__', { type: 'object' }, 'is no path of fields'],
    ['is no schema', 'name', 'string', 'must be a JSON Schema'],
    ['has a word that no schema has', 'name', { typ: 'string' }, 'is no JSON Schema: strict mode'],
    ['answers by a promise', 'name', { $async: true, type: 'string' }, 'has "$async"'],
    [
      'answers by a promise from within',
      'name',
      { $ref: '#/$defs/a', $defs: { a: { $async: true, type: 'string' } } },
      'is no JSON Schema: async schema',
    ],
    ['looks ahead', 'name', { type: 'string', pattern: '^(?=a)' }, 'is no JSON Schema: error parsing regexp'],
    ['looks back', 'name', { type: 'string', pattern: '(a)\\1' }, 'is no JSON Schema: error parsing regexp'],
  ])('%s', (_what, field, schema, message) => {
    expect(problemsOf(field, schema)).toEqual([expect.stringContaining(message)]);
  });
});

describe('a pattern', () => {
  const allows = (pattern: string, value: string): boolean => {
    const { checks, problems } = readOverrides({ name: { type: 'string', pattern } }, CAPS);
    expect(problems).toEqual([]);
    return 'request' in override({}, checks, { name: value });
  };

  test.each([
    ['^[\\w.-]+@example\\.com$', 'ada@example.com', 'ada@example.org'],
    ['^\\p{L}+$', 'Zoë', 'Zoë!'],
    ['^\\u00e9[\\d/]{2}\\/$', 'é1//', 'é1/'],
    ['b', 'abc', 'ac'],
  ])('%s is as JavaScript has it', (pattern, good, bad) => {
    expect([allows(pattern, good), allows(pattern, bad)]).toEqual([true, false]);
  });

  test.each(['^(\\w+\\s?)*$', '^(a|a)*$', '^(a+)+$', '(x+x+)+y|^(a|aa)+$'])(
    'that would try every way, %s, keeps nobody waiting',
    (pattern) => {
      expect(allows(pattern, `${'a'.repeat(10_000)}!`)).toBe(false);
    },
  );
});
