import { builtinModules } from 'node:module';
import { allBut, noSandbox, noVendors, room, tests, within } from './room.js';

const core = 'packages/core/src/';
const vendors = ['simli', 'anam', 'liveavatar'];

/** The files of core that only Node loads. */
const nodeDoor = ['index.node', 'diagnostics.node', 'transport/undici', 'transport/warm-connector'].map(
  (name) => `${core}${name}.ts`,
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
const noNodeDoor = {
  imports: within(...nodeDoor),
  because:
    'What is behind the Node door of core is imported from there alone, so that no other runtime loads it.',
};
const zodMini = {
  imports: '^zod(/v[34])?$',
  because: 'Published packages import zod/mini: the full zod is several times its size.',
};

/** Core's own files and its one library, and these. */
const coreAndOnly = (...names) => ({
  imports: allBut(core, 'zod/mini', 'zod/v4/core', ...names),
  because:
    'Core imports its own files and zod/mini: whatever else it loaded, every user of every vendor package would install.',
});

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

const everywhere = [noNodeModules, noUndici, noVendors, noSandbox, zodMini];

/** Core and the three vendor packages. */
export const clientRooms = [
  {
    files: ['core', ...vendors].map((name) => `packages/${name}/src/**/*.ts`),
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
  room([`${core}**/*.ts`], [...everywhere, noNodeDoor, coreAndOnly()]),
  room([`${core}opentelemetry.ts`], [...everywhere, noNodeDoor, coreAndOnly('@opentelemetry/api')]),
  room(nodeDoor, [noVendors, noSandbox, zodMini, coreAndOnly('undici', 'node:')]),
  ...vendors.map((name) =>
    room(
      [`packages/${name}/src/**/*.ts`],
      [
        ...everywhere,
        {
          imports: allBut(`packages/${name}/src/`, '@org/core', '@org/core/client', 'zod/mini'),
          because:
            'A vendor package imports its own files, core and zod/mini: its users install nothing else.',
        },
      ],
    ),
  ),
];
