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

const vendors = ['@org/simli', '@org/anam', '@org/liveavatar'];
const both = (name) => [name, `${name}/*`];

/** One room: in `files`, an import that breaks one of `rules` fails with the rule's message. */
function room(files, rules, ignores = []) {
  return {
    files,
    ignores,
    rules: { 'no-restricted-imports': ['error', { patterns: rules }] },
  };
}

const tests = ['**/*.test.ts', '**/test/**'];

/** The files of core that only Node loads. */
const nodeDoor = ['index.node', 'diagnostics.node', 'transport/undici', 'transport/warm-connector'].map(
  (name) => `packages/core/src/${name}.ts`,
);

const noNodeModules = {
  group: ['node:*'],
  message: 'This package also runs on edge runtimes, Deno and Bun, which have no node: modules.',
};
const noUndici = {
  group: ['undici', 'undici/*'],
  message:
    'Only the Node door of core (transport/undici.ts) knows undici; everything else asks for a Transport.',
};
const noVendors = {
  group: vendors.flatMap(both),
  message: 'Vendor packages are released and installed alone, so nothing below the apps may import one.',
};
const noSandbox = {
  group: both('@org/sandbox'),
  message:
    'The sandbox stands in for the vendors in tests and in the start command; shipped code never needs it.',
};
const zodMini = {
  regex: '^zod(/v[34])?$',
  message: 'Published packages import zod/mini: the full zod is several times its size.',
};

/**
 * As {@link room}, for files that load what they need later: every module whose name fits `regex` is out of bounds, by
 * `import … from` and by `import()`, which `no-restricted-imports` does not see.
 */
function lazyRoom(files, regex, message, ignores = []) {
  const selector = `ImportExpression[source.value=/${regex.replaceAll('/', '\\/')}/]`;
  return {
    files,
    ignores,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex, message }] }],
      'no-restricted-syntax': ['error', { selector, message }],
    },
  };
}

const page = 'apps/demo/src';
/** What is of the page's folder and not of the page. */
const notOfThePage = [...tests, `${page}/serve.ts`];
/** Not the server beside the page, not the tests, and nothing out of its folder. */
const own = String.raw`(?!\.\./|.*\btest\b|serve\.ts$)`;
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
    vendors.map((name) => `packages/${name.slice('@org/'.length)}/src/**/*.ts`),
    [noNodeModules, noUndici, noVendors, noSandbox, zodMini],
    tests,
  ),
  room(
    ['packages/sandbox/**/*.ts'],
    [
      {
        group: [...both('@org/core'), ...vendors.flatMap(both)],
        message:
          'The sandbox is the independent witness: it must not share the clients’ reading of the vendors’ documents.',
      },
    ],
  ),
  lazyRoom(
    [`${page}/**/*.ts`],
    String.raw`^(?!\./${own})`,
    'The page is made of its own files; only src/vendors knows the vendors’ browser SDKs, and nothing knows Node, a key or our packages.',
    [...notOfThePage, `${page}/vendors/**`],
  ),
  lazyRoom(
    [`${page}/vendors/*.ts`],
    String.raw`^(?!\.\.?/${own}|${browserSdks})`,
    'A grant becomes a session by the vendor’s own browser SDK alone: no Node, no key, none of our packages.',
    tests,
  ),
  lazyRoom(
    ['grant', 'watchdog', 'tab-lock', 'timeline'].map((name) => `${page}/${name}.ts`),
    '.',
    'This file is there to be lifted into other pages as it is, so it imports nothing.',
  ),
  lazyRoom(
    [`${page}/serve.ts`],
    String.raw`^(?!node:|\./config-file\.ts$)`,
    'What serves the page needs Node alone, so that it can be installed without anything.',
  ),
  room(['apps/token-server/src/**/*.ts'], [noSandbox], tests),
  room(
    ['apps/token-server/src/broker/**/*.ts'],
    [
      noSandbox,
      {
        group: ['express', 'redis', 'ioredis', '**/http/**', '**/ops/**'],
        message:
          'The broker decides; it knows no HTTP, no Express and no Redis, so that one day it can be a package of its own.',
      },
      {
        group: [...both('@org/core'), ...vendors.flatMap(both)],
        message: 'The broker speaks to vendors through vendors/’s interface only.',
      },
    ],
    tests,
  ),
  room(
    ['apps/token-server/src/config/**/*.ts'],
    [
      noSandbox,
      {
        group: ['../*', '!../config/*'],
        message: 'config/ reads and checks settings and knows nothing else.',
      },
    ],
    tests,
  ),
];
