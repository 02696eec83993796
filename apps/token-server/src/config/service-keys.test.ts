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

test.each([
  ['a name', A, B, 'a', '3:7 keys[1].name is given twice'],
  ['a key', A, A, 'b', '3:16 keys[1].sha256 is that of a key before it: make a new key for each name'],
])('%s given twice is refused, and told where', async (_what, first, second, name, problem) => {
  const file = await fileOf(
    `keys:\n  - { name: a, sha256: ${first} }\n  - { name: ${name}, sha256: ${second} }\n`,
  );
  const error: unknown = await loadServiceKeys(file).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: `${file}:${problem}` });
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
