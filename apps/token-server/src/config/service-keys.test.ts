import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadServiceKeys } from './service-keys.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'service-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'keys.yaml');
  await writeFile(file, text);
  return file;
}

test('each key is one caller', async () => {
  const file = await fileOf(
    `keys:\n  - { name: a, sha256: ${A} }\n  - { name: b, sha256: ${B}, scopes: [x] }\n`,
  );
  expect((await loadServiceKeys(file)).value).toMatchObject([
    { name: 'a', scopes: [] },
    { name: 'b', scopes: ['x'] },
  ]);
});

/** Why a file is refused, without its name. */
async function refusalOf(text: string): Promise<unknown> {
  const file = await fileOf(text);
  const error: unknown = await loadServiceKeys(file).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message.replaceAll(`${file}:`, '') : error;
}

test('what is misspelt is said to be no field of the file, which is no request', async () => {
  expect(await refusalOf(`keys:\n  - { scope: [x], name: a, sha256: ${A} }\nkey: []\n`)).toBe(
    '2:7 keys[0].… is not a field of this file; did you mean "scopes"?\n' +
      '3:1 … is not a field of this file; did you mean "keys"?',
  );
});

test.each([
  ['a name', A, B, 'a', '3:7 keys[1].name is given twice'],
  ['a key', A, A, 'b', '3:16 keys[1].sha256 is that of a key before it: make a new key for each name'],
])('%s given twice is refused, and told where', async (_what, first, second, name, problem) => {
  const text = `keys:\n  - { name: a, sha256: ${first} }\n  - { name: ${name}, sha256: ${second} }\n`;
  expect(await refusalOf(text)).toBe(problem);
});

test.each([
  [
    'a name',
    `name: A b, sha256: ${A}`,
    '2:7 keys[0].name must be up to 63 of a-z, 0-9 and "-", not "-" first',
  ],
  [
    'a hash',
    `name: a, sha256: "${A}  -"`,
    '2:16 keys[0].sha256 must be 64 of 0-9 and a-f: what sha256sum prints, without the file name',
  ],
])('%s that is none is refused, and told what it must be', async (_what, fields, problem) => {
  const file = await fileOf(`keys:\n  - { ${fields} }\n`);
  const error: unknown = await loadServiceKeys(file).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: `${file}:${problem}` });
});

const KEY = 'tsk_the-key';
const UNREADABLE = 'cannot be read as YAML (';

test.each([
  ['before a colon', `  - name: a\n    sha256: ${KEY}: x`, `3:13 keys[0].sha256.… ${UNREADABLE}`],
  ['as the name of a field', `  - name: a\n    ${KEY}: x`, '3:5 keys[0].… is not a field of this'],
  ['as the name of a field, twice', `  - ${KEY}: x\n    ${KEY}: x`, '3:5 keys[0].… is given twice'],
  ['at the top', `  []\n${KEY}: x`, '3:1 … is not a field of this'],
  ['in the place of the list', `  ${KEY}`, '1:1 keys must be an array'],
  ['in the place of its hash', `  - { name: a, sha256: ${KEY} }`, '2:16 keys[0].sha256 must be 64'],
  ['as a tag', `  - { name: a, sha256: !${KEY} x }`, UNREADABLE],
  ['as an alias', `  - { name: a, sha256: *${KEY} }`, '1:1 has an alias without its anchor'],
  ['as a header', `  - name: a\n    sha256: |${KEY}\n      x`, UNREADABLE],
  ['after the end', `  [] ] ${KEY}`, UNREADABLE],
  ['in broken quotes', `  - { name: a, sha256: "${KEY}`, UNREADABLE],
  ['with an escape', `  - { name: a, sha256: "\\q${KEY}" }`, UNREADABLE],
  ['as a directive', `  []\n...\n%${KEY} x\n---\n`, 'separated by ---; give one'],
  ['as a list for a name', `  - ? [${KEY}]\n    : x`, 'keys[0].… is not a field of this'],
])('a key %s is not repeated', async (_what, text, problem) => {
  const warned: unknown[] = [];
  const note = (warning: unknown): number => warned.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const file = await fileOf(`keys:\n${text}\n`);
  const error: unknown = await loadServiceKeys(file).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: expect.stringContaining(problem) as string });
  expect(error).toMatchObject({ message: expect.not.stringContaining('the-key') as string });
  // A warning is told in the next turn.
  await setImmediate();
  expect(warned).toEqual([]);
});

test('a file of two documents is refused in words for who wrote it', async () => {
  const file = await fileOf('keys: []\n---\nkeys: []\n');
  await expect(loadServiceKeys(file)).rejects.toThrow(
    `${file}:2:1 begins another document: the file holds several, separated by ---; give one`,
  );
});
