import { allBut, clients, noSandbox, room } from './room.js';

const src = 'apps/token-server/src/';

/** Files that belong to no room, for all of them. */
const shared = ['sentence.ts', 'sha256.ts', 'untraced.ts'];

/** A room of the server: it may import these, of its own files' folder and from outside, and nothing more. */
function serverRoom(files, own, modules, because, first = []) {
  const imports = allBut(...own.map((path) => `${src}${path}`), ...modules);
  return room(
    files.map((path) => `${src}${path}`),
    [noSandbox, ...first, { imports, because }],
  );
}

export const tokenServerRooms = [
  serverRoom(
    ['*.ts'],
    [''],
    ['apps/token-server/package.json', 'node:', '@org/core'],
    'What starts the server puts its rooms together; only they know a library or a vendor.',
  ),
  serverRoom(shared, [], ['node:crypto'], 'Every room may import this file, so it imports none of them.'),
  serverRoom(
    ['config/**/*.ts'],
    ['config/'],
    [
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:util',
      '@org/core',
      'zod',
      'zod/mini',
      'yaml',
      'ajv',
      're2js',
    ],
    'config/ reads and checks settings and knows nothing else.',
  ),
  serverRoom(
    ['state/**/*.ts'],
    ['state/', 'config/constants.ts'],
    ['node:crypto', 'node:events', 'ioredis'],
    'state/ keeps what it is given, in memory or in Redis, and knows nothing of what it means.',
  ),
  serverRoom(
    ['vendors/*.ts'],
    ['vendors/', 'config/'],
    ['@org/core'],
    'Only the adapter of a vendor knows that vendor’s package; the rest of vendors/ knows the adapters.',
  ),
  ...['simli', 'anam', 'liveavatar'].map((name) =>
    serverRoom(
      [`vendors/${name}.ts`],
      ['vendors/vendor.ts', 'vendors/failures.ts', 'vendors/client-options.ts', 'config/'],
      ['@org/core', `@org/${name}`, `@org/${name}/schemas`],
      'An adapter knows core, its own vendor’s package and the interface that it keeps; never another vendor.',
    ),
  ),
  serverRoom(
    ['broker/**/*.ts'],
    ['broker/', 'config/', 'state/state.ts', 'vendors/vendor.ts', 'vendors/failures.ts', ...shared],
    ['node:crypto', 'node:timers/promises'],
    'The broker decides; it knows no HTTP, no Express and no Redis, and of state/ and vendors/ their interfaces, so that one day it can be a package of its own.',
    [{ imports: clients, because: 'The broker speaks to vendors through vendors/’s interface only.' }],
  ),
  serverRoom(
    ['http/**/*.ts'],
    [
      'http/',
      'broker/',
      'config/',
      'ops/logger.ts',
      'ops/metrics.ts',
      'state/state.ts',
      'vendors/failures.ts',
      ...shared,
    ],
    ['node:', '@org/core', 'express', 'helmet', 'jose', 'zod/mini'],
    'http/ turns requests into questions to the broker; it reaches no vendor and no store itself.',
  ),
  serverRoom(
    ['ops/**/*.ts'],
    ['ops/', 'config/', 'broker/timed.ts', 'broker/watch.ts', 'vendors/vendor.ts'],
    ['node:', '@org/core', '@org/core/opentelemetry', 'pino', 'prom-client'],
    'ops/ tells what the server does; it hears of it and takes no part.',
  ),
  serverRoom(
    ['check/**/*.ts'],
    [
      'check/',
      'config/',
      'ops/telemetry.ts',
      'state/redis-trouble.ts',
      'state/scripts.ts',
      'vendors/vendor.ts',
      'vendors/vendors.ts',
    ],
    ['@org/core', 'ioredis', 'jose'],
    '`token-server check` tries what the settings name, without the server.',
  ),
];
