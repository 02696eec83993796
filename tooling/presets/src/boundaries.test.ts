import { readFileSync } from 'node:fs';
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
const CORE = 'Core imports its own files and zod/mini';
const NODE_DOOR = 'What is behind the Node door';
const CLIENT = 'A vendor package imports its own files';
const BROKER = 'The broker decides';
const CONFIG = 'config/ reads and checks settings';
const STATE = 'state/ keeps what it is given';
const ADAPTER = 'An adapter knows core, its own vendor’s package';
const HTTP = 'http/ turns requests into questions';
const server = 'apps/token-server/src';

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
    ['packages/simli/src/dialect.ts', `import express from 'express';`, CLIENT],
    ['packages/simli/src/dialect.ts', `import axios from 'axios';`, CLIENT],
    ['packages/simli/src/dialect.ts', `import { fake } from '../test/deviations.ts';`, CLIENT],
    ['packages/core/src/errors.ts', `import { pino } from 'pino';`, CORE],
    ['packages/core/src/errors.ts', `import '@org/token-server';`, CORE],
    ['packages/core/src/errors.ts', `import '@opentelemetry/api';`, CORE],
    ['packages/core/src/errors.ts', `import './transport/undici.ts';`, NODE_DOOR],
    ['packages/core/src/transport/fetch.ts', `await import('../index.node.ts');`, NODE_DOOR],
    ['packages/core/src/transport/undici.ts', `import 'axios';`, CORE],
    ['packages/sandbox/src/wire/socket.ts', `import 'express';`, ONE_WAY],
    ['packages/sandbox/src/sandbox.ts', `import { WebSocket } from 'ws';`, 'What starts the sandbox'],
    [`${server}/broker/broker.ts`, `import '../state/redis.ts';`, BROKER],
    [`${server}/broker/broker.ts`, `import '../vendors/liveavatar.ts';`, BROKER],
    [`${server}/broker/broker.ts`, `import type { Vendors } from '../vendors/vendors.ts';`, BROKER],
    [`${server}/broker/broker.ts`, `import '../server.ts';`, BROKER],
    [`${server}/broker/broker.ts`, `import 'node:http';`, BROKER],
    [`${server}/config/env.ts`, `import '../broker/broker.ts';`, CONFIG],
    [`${server}/config/env.ts`, `import 'express';`, CONFIG],
    [`${server}/config/env.ts`, `import '@org/anam';`, CONFIG],
    [`${server}/vendors/anam.ts`, `import '@org/simli';`, ADAPTER],
    [`${server}/vendors/anam.ts`, `import './simli.ts';`, ADAPTER],
    [`${server}/vendors/failures.ts`, `import '@org/simli';`, 'Only the adapter of a vendor'],
    [`${server}/state/memory.ts`, `import '../http/app.ts';`, STATE],
    [`${server}/http/app.ts`, `import '@org/liveavatar';`, HTTP],
    [`${server}/http/app.ts`, `import 'ioredis';`, HTTP],
    [`${server}/http/app.ts`, `import '../state/redis.ts';`, HTTP],
    [`${server}/ops/metrics.ts`, `import '../http/app.ts';`, 'ops/ tells what the server does'],
    [`${server}/check/run.ts`, `import '../server.ts';`, 'tries what the settings name'],
    [`${server}/sha256.ts`, `import './config/constants.ts';`, 'so it imports none of them'],
    [`${server}/server.ts`, `import express from 'express';`, 'What starts the server'],
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
    ['apps/token-server/src/broker/broker.ts', `import type { State } from '../state/state.ts';`],
    ['apps/token-server/src/config/env.ts', `import './presets.ts'; import { parse } from 'yaml';`],
  ])('of %s allows %s', async (file, line) => {
    expect(await saidOf(file, line)).toEqual([]);
  });
});

/** A room of the token server, and what CONTRIBUTING's table says that it may import. */
function tableOfRooms(): { readonly room: string; readonly listed: readonly string[] }[] {
  const text = readFileSync(join(cwd, 'CONTRIBUTING.md'), 'utf8');
  const [, table = ''] = text.split(`| in \`${server}\``);
  const rows = table.split('\n\n', 1)[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) => {
    const [, room = '', , listed = ''] = row.split('|');
    return { room: namesIn(room).join(), listed: namesIn(listed) };
  });
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

describe('the table of the token server’s rooms', () => {
  const table = tableOfRooms();
  const everyName = [...new Set(table.flatMap(({ room, listed }) => [room, ...listed]))];

  it.each(table)('says of $room what lint says', async ({ room, listed }) => {
    const allowed: string[] = [];
    for (const name of everyName) {
      const file = name.endsWith('/') ? `${name}any.ts` : name;
      const line = `import '${file.endsWith('.ts') ? `../${file}` : file}';`;
      if ((await saidOf(`${server}/${room}some.ts`, line)).length === 0) allowed.push(name);
    }
    const expected = everyName.filter((name) => [room, ...listed].some((own) => holds(own, name)));
    expect(allowed).toEqual(expected);
  });
});

/** Whether a name on the list, of a file, a folder or a module, takes in another. */
function holds(own: string, name: string): boolean {
  return own === name || (own.endsWith('/') && name.startsWith(own));
}

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
