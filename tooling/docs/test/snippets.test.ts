import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSandbox, type Sandbox } from '@org/sandbox';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readmes } from '../src/readmes.ts';
import { snippetsIn, withSandbox, type Snippet } from '../src/snippets.ts';

const exec = promisify(execFile);
// Inside this package, so that the packages are found; not in node_modules, where Node runs no TypeScript.
const workplace = join(import.meta.dirname, '../dist/snippets');
const snippets = readmes.flatMap(snippetsIn);

const compilerOptions: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  erasableSyntaxOnly: true,
  noEmit: true,
  skipLibCheck: true,
};

const fileOf = (snippet: Snippet, folder: string): string =>
  join(workplace, folder, `${snippet.place.replaceAll(/[^\w]+/g, '-')}.ts`);

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox();
  rmSync(workplace, { recursive: true, force: true });
  for (const folder of ['written', 'run']) mkdirSync(join(workplace, folder), { recursive: true });
  for (const snippet of snippets) {
    writeFileSync(fileOf(snippet, 'written'), snippet.text);
    writeFileSync(fileOf(snippet, 'run'), withSandbox(snippet.text));
  }
});

afterAll(async () => {
  await sandbox.close();
});

describe('the examples compile', () => {
  let program: ts.Program;

  beforeAll(() => {
    program = ts.createProgram(
      snippets.map((snippet) => fileOf(snippet, 'written')),
      compilerOptions,
    );
  }, 60_000);

  test.each(snippets)(
    '$place',
    (snippet) => {
      const source = program.getSourceFile(fileOf(snippet, 'written'));
      const problems = ts.getPreEmitDiagnostics(program, source);
      expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual(
        [],
      );
    },
    60_000,
  );
});

describe('the examples run against the sandbox', () => {
  test.each(snippets.filter(({ notRun }) => notRun === undefined))(
    '$place',
    async (snippet) => {
      sandbox.reset();
      const { stderr } = await exec(process.execPath, [fileOf(snippet, 'run')], {
        env: environment(),
        timeout: 20_000,
      });
      expect(stderr).toBe('');
      const calls = withSandbox(snippet.text) !== snippet.text;
      if (calls) expect(sandbox.journal()).not.toEqual([]);
    },
    30_000,
  );
});

/** Any key is good in the sandbox. PATH is for examples that start a command. */
function environment(): NodeJS.ProcessEnv {
  const vendors = ['simli', 'anam', 'liveavatar'] as const;
  const variables = vendors.flatMap((vendor) => [
    [`${vendor.toUpperCase()}_API_KEY`, 'any-key'],
    [`${vendor.toUpperCase()}_BASE_URL`, sandbox[vendor].baseUrl],
  ]);
  return { PATH: process.env['PATH'], ...(Object.fromEntries(variables) as Record<string, string>) };
}
