import { builtinModules } from 'node:module';
import { importsRule } from './imports-rule.js';

/**
 * Who may import whom, as lint errors that explain themselves. `design` in words:
 *
 * | room                    | may import                                   |
 * | core                    | zod; undici in its Node door only            |
 * | simli, anam, liveavatar | core, zod                                    |
 * | sandbox                 | its own contracts, never core or a vendor    |
 * | token-server            | core and the vendor packages                 |
 * | demo's page             | the vendors' browser SDKs, its own files     |
 */

const vendors = ['simli', 'anam', 'liveavatar'];
const vendorPackages = vendors.map((name) => `@org/${name}`);

const plugin = { rules: { imports: importsRule } };

/** One room: in `files`, an import that breaks one of `rules` fails with the rule's reason. */
function room(files, rules, ignores = []) {
  return {
    files,
    ignores,
    plugins: { rooms: plugin },
    rules: { 'rooms/imports': ['error', rules] },
  };
}

/** These modules and all that is in them. */
function within(...names) {
  return `^(${names.join('|')})(/|$)`;
}

const tests = ['**/*.test.ts', '**/test/**'];

/** The files of core that only Node loads. */
const nodeDoor = ['index.node', 'diagnostics.node', 'transport/undici', 'transport/warm-connector'].map(
  (name) => `packages/core/src/${name}.ts`,
);

const noNodeModules = {
  imports: `^node:|${within(...builtinModules)}`,
  because: 'This package also runs on edge runtimes, Deno and Bun, which have no node: modules.',
};
const noUndici = {
  imports: within('undici'),
  because:
    'Only the Node door of core (transport/undici.ts) knows undici; everything else asks for a Transport.',
};
const noVendors = {
  imports: within(...vendorPackages),
  because: 'Vendor packages are released and installed alone, so nothing below the apps may import one.',
};
const noSandbox = {
  imports: within('@org/sandbox'),
  because:
    'The sandbox stands in for the vendors in tests and in the start command; shipped code never needs it.',
};
const zodMini = {
  imports: '^zod(/v[34])?$',
  because: 'Published packages import zod/mini: the full zod is several times its size.',
};
const clients = within('@org/core', ...vendorPackages);

const witness = {
  imports: clients,
  because:
    'The sandbox is the independent witness: it must not share the clients’ reading of the vendors’ documents.',
};
/** The sandbox's rooms, each of which may import those before it. */
const sandboxRooms = ['contracts', 'wire', 'control', 'media', 'livekit', 'vendors', 'http'];

const page = 'apps/demo/src';
/** What is of the page's folder and not of the page. */
const notOfThePage = [...tests, `${page}/serve.ts`];
/** Not the server beside the page, not the tests, and nothing out of its folder. */
const own = String.raw`${page}/(?!.*\btest\b|serve\.ts$)`;
const browserSdks = String.raw`simli-client/dist/client\.js$|@anam-ai/js-sdk$|@heygen/liveavatar-web-sdk$`;

/** Names that only Node has; the types of Node are loaded for tests and configuration, so only lint can tell. */
const nodeGlobals = [
  'process',
  'Buffer',
  'setImmediate',
  'clearImmediate',
  'global',
  '__dirname',
  '__filename',
  'require',
];

export const boundaries = [
  {
    files: ['core', 'simli', 'anam', 'liveavatar'].map((name) => `packages/${name}/src/**/*.ts`),
    ignores: [...tests, ...nodeDoor],
    rules: {
      'no-restricted-globals': [
        'error',
        ...nodeGlobals.map((name) => ({
          name,
          message: 'This package also runs on edge runtimes, Deno and Bun, which may not have it.',
        })),
      ],
    },
  },
  room(
    ['packages/core/src/**/*.ts'],
    [noNodeModules, noUndici, noVendors, noSandbox, zodMini],
    [...tests, ...nodeDoor],
  ),
  room(nodeDoor, [noVendors, noSandbox, zodMini], tests),
  room(
    vendors.map((name) => `packages/${name}/src/**/*.ts`),
    [noNodeModules, noUndici, noVendors, noSandbox, zodMini],
    tests,
  ),
  room(['packages/sandbox/**/*.ts'], [witness]),
  ...sandboxRooms.map((name, at) =>
    room(
      [`packages/sandbox/src/${name}/**/*.ts`],
      [
        witness,
        {
          imports: String.raw`^packages/sandbox/src/((${[...sandboxRooms.slice(at + 1), 'cli'].join('|')})/|(sandbox|index|cli)\.ts$)`,
          because: `Imports in the sandbox go one way: ${sandboxRooms.join(', ')}, and last what starts it.`,
        },
      ],
      tests,
    ),
  ),
  room(
    [`${page}/**/*.ts`],
    [
      {
        imports: `^(?!${own})`,
        because:
          'The page is made of its own files; only src/vendors knows the vendors’ browser SDKs, and nothing knows Node, a key or our packages.',
      },
    ],
    [...notOfThePage, `${page}/vendors/**`],
  ),
  room(
    [`${page}/vendors/*.ts`],
    [
      {
        imports: `^(?!${own}|${browserSdks})`,
        because:
          'A grant becomes a session by the vendor’s own browser SDK alone: no Node, no key, none of our packages.',
      },
    ],
    tests,
  ),
  room(
    ['grant', 'watchdog', 'tab-lock', 'timeline'].map((name) => `${page}/${name}.ts`),
    [
      {
        imports: '',
        because: 'This file is there to be lifted into other pages as it is, so it imports nothing.',
      },
    ],
  ),
  room(
    [`${page}/serve.ts`],
    [
      {
        imports: String.raw`^(?!node:|${page}/config-file\.ts$)`,
        because: 'What serves the page needs Node alone, so that it can be installed without anything.',
      },
    ],
  ),
  room(['apps/token-server/src/**/*.ts'], [noSandbox], tests),
  room(
    ['apps/token-server/src/broker/**/*.ts'],
    [
      noSandbox,
      {
        imports: within('express', 'redis', 'ioredis', 'apps/token-server/src/(http|ops)'),
        because:
          'The broker decides; it knows no HTTP, no Express and no Redis, so that one day it can be a package of its own.',
      },
      {
        imports: clients,
        because: 'The broker speaks to vendors through vendors/’s interface only.',
      },
    ],
    tests,
  ),
  room(
    ['apps/token-server/src/config/**/*.ts'],
    [
      noSandbox,
      {
        imports: '^apps/token-server/src/(?!config/)',
        because: 'config/ reads and checks settings and knows nothing else.',
      },
    ],
    tests,
  ),
];
