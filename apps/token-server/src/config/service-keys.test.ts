import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    '2:7 keys[0].scope is not a field of this file; did you mean "scopes"?\n' +
      '3:1 key is not a field of this file; did you mean "keys"?',
  );
});

test.each([
  ['a name', A, B, 'a', '3:7 keys[1].name is given twice'],
  ['a key', A, A, 'b', '3:16 keys[1].sha256 is that of a key before it: make a new key for each name'],
])('%s given twice is refused, and told where', async (_what, first, second, name, problem) => {
  const text = `keys:\n  - { name: a, sha256: ${first} }\n  - { name: ${name}, sha256: ${second} }\n`;
  expect(await refusalOf(text)).toBe(problem);
});
