import { join } from 'node:path';
import { ESLint } from 'eslint';
import { parser } from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { boundaries } from './boundaries.js';

const cwd = join(import.meta.dirname, '../../..');

/** The rooms alone: what else lint says of a line is not the matter here. */
const rooms = new ESLint({
  cwd,
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser } }, ...boundaries],
});

/** What is said about a line, were it in this file. */
async function saidOf(filePath: string, line: string): Promise<string[]> {
  const [result] = await rooms.lintText(line, { filePath: join(cwd, filePath) });
  return result?.messages.map(({ message }) => message) ?? [];
}

const ALONE = 'Vendor packages are released and installed alone';
const EDGE = 'This package also runs on edge runtimes';
const DOOR = 'Only the Node door of core';
const LEAVES = 'Another package is imported by its name';
const SANDBOX = 'The sandbox stands in for the vendors';
const WITNESS = 'The sandbox is the independent witness';
const ONE_WAY = 'Imports in the sandbox go one way';
const MINI = 'Published packages import zod/mini';
const PAGE = 'The page is made of its own files';
const SDK = 'by the vendor’s own browser SDK alone';
const LIFTED = 'it imports nothing';

describe('a room', () => {
  it.each([
    ['packages/simli/src/dialect.ts', `import { anam } from '@org/anam';`, ALONE],
    ['packages/simli/src/dialect.ts', `import type { Anam } from '@org/anam';`, ALONE],
    ['packages/simli/src/dialect.ts', `type Other = import('@org/anam').Anam;`, ALONE],
    ['packages/simli/src/dialect.ts', `await import('@org/anam');`, ALONE],
    ['packages/simli/src/dialect.ts', 'await import(`@org/anam`);', ALONE],
    ['packages/simli/src/dialect.ts', `import { anam } from '../../anam/src/dialect.ts';`, LEAVES],
    [
      'packages/simli/src/dialect.ts',
      `import { anam } from './../../../packages/anam/src/dialect.ts';`,
      LEAVES,
    ],
    ['packages/simli/src/dialect.ts', `await import('../node_modules/../../anam/src/dialect.ts');`, LEAVES],
    ['packages/simli/src/dialect.ts', `await import('/tmp/dialect.ts');`, LEAVES],
    ['packages/simli/src/dialect.ts', `await import('undici');`, DOOR],
    ['packages/simli/src/dialect.ts', `await import('node:fs');`, EDGE],
    ['packages/simli/src/dialect.ts', `import { readFile } from 'fs/promises';`, EDGE],
    ['packages/simli/src/dialect.ts', `await import('no' + 'de:fs');`, 'must be written out'],
    ['packages/anam/src/index.ts', `export * from '@org/sandbox/contracts';`, SANDBOX],
    ['packages/liveavatar/src/schemas.ts', `import * as z from 'zod';`, MINI],
    ['packages/core/src/public.ts', `export { simli } from '../../simli/src/dialect.ts';`, LEAVES],
    ['packages/core/src/public.ts', `export * from '@org/simli';`, ALONE],
    ['packages/core/src/caller.ts', `await import('undici');`, DOOR],
    ['packages/core/src/caller.ts', `await import('node:fs');`, EDGE],
    ['packages/core/src/transport/undici.ts', `await import('@org/liveavatar');`, ALONE],
    ['packages/sandbox/src/vendor.ts', `await import('@org/core');`, WITNESS],
    ['packages/sandbox/test/clients.ts', `import { Simli } from '@org/simli';`, WITNESS],
    ['packages/sandbox/test/clients.ts', `import { Simli } from '../../simli/src/index.ts';`, LEAVES],
    ['packages/sandbox/src/vendors/simli/simli.ts', `import { Simli } from '@org/simli';`, WITNESS],
    ['packages/sandbox/src/wire/socket.ts', `import '../media/wrtc.ts';`, ONE_WAY],
    ['packages/sandbox/src/livekit/room.ts', `import type { Call } from '../vendors/emulation.ts';`, ONE_WAY],
    ['packages/sandbox/src/vendors/simli/simli.ts', `import '../../http/server.ts';`, ONE_WAY],
    ['packages/sandbox/src/http/server.ts', `import { createSandbox } from '../sandbox.ts';`, ONE_WAY],
    ['apps/demo/src/main.ts', `import { Simli } from '@org/simli';`, PAGE],
    ['apps/demo/src/main.ts', `await import('./serve.ts');`, PAGE],
    ['apps/demo/src/main.ts', `await import('../test/page.ts');`, PAGE],
    ['apps/demo/src/main.ts', `await import('@anam-ai/js-sdk');`, PAGE],
    ['apps/demo/src/vendors/anam.ts', `await import('@org/anam');`, SDK],
    ['apps/demo/src/vendors/anam.ts', `await import('node:fs');`, SDK],
    ['apps/demo/src/grant.ts', `import { dom } from './dom.ts';`, LIFTED],
    ['apps/demo/src/serve.ts', `import express from 'express';`, 'needs Node alone'],
    ['apps/token-server/src/main.ts', `await import('@org/sandbox');`, SANDBOX],
    ['apps/token-server/src/broker/broker.ts', `await import('express');`, 'The broker decides'],
    ['apps/token-server/src/broker/broker.ts', `import '../http/app.ts';`, 'The broker decides'],
    ['apps/token-server/src/broker/broker.ts', `import '@org/core/errors';`, 'The broker speaks to vendors'],
    ['apps/token-server/src/broker/broker.ts', `import '@org/sandbox';`, SANDBOX],
    [
      'apps/token-server/src/config/env.ts',
      `import '../broker/broker.ts';`,
      'config/ reads and checks settings',
    ],
  ])('of %s forbids %s', async (file, line, reason) => {
    expect(await saidOf(file, line)).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ['packages/simli/src/dialect.ts', `import { defineVendor } from '@org/core';`],
    ['packages/simli/src/dialect.ts', `import * as z from 'zod/mini'; export { simli } from './index.ts';`],
    ['packages/simli/test/contract.test.ts', `import { Sandbox } from '@org/sandbox'; import 'node:fs';`],
    ['packages/core/src/transport/fetch.ts', `import { LIMIT } from '../constants.ts';`],
    ['packages/core/src/transport/undici.ts', `await import('undici');`],
    ['packages/core/src/diagnostics.node.ts', `import { channel } from 'node:diagnostics_channel';`],
    ['packages/core/src/caller.test.ts', `import { Agent } from 'undici';`],
    ['packages/sandbox/src/sandbox.ts', `import { createServer } from 'node:http'; import './vendor.ts';`],
    ['packages/sandbox/src/http/server.ts', `import '../vendors/emulation.ts'; import '../vendor.ts';`],
    ['packages/sandbox/src/wire/listen.test.ts', `import { createSandbox } from '../index.ts';`],
    ['apps/demo/src/main.ts', `await import('./vendors/anam.ts');`],
    ['apps/demo/src/vendors/anam.ts', `await import('@anam-ai/js-sdk'); await import('../dom.ts');`],
    ['apps/demo/src/serve.ts', `import 'node:http'; import './config-file.ts';`],
    ['apps/token-server/src/vendors/anam.ts', `import { Anam } from '@org/anam';`],
    ['apps/token-server/src/broker/broker.ts', `import type { Store } from '../state/store.ts';`],
    ['apps/token-server/src/config/env.ts', `import './presets.ts'; import { parse } from 'yaml';`],
  ])('of %s allows %s', async (file, line) => {
    expect(await saidOf(file, line)).toEqual([]);
  });
});

describe('the lint of this repository', () => {
  const whole = new ESLint({ cwd });

  it.each(['packages/core/src/caller.ts', 'packages/simli/src/dialect.ts', 'apps/demo/src/main.ts'])(
    'keeps the rooms of %s',
    async (file) => {
      const { rules } = (await whole.calculateConfigForFile(file)) as { rules: Record<string, unknown[]> };
      expect(rules['rooms/imports']?.[0]).toBe(2);
    },
  );
});
