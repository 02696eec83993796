import { allBut, clients, room } from './room.js';

const src = 'packages/sandbox/src/';

const witness = {
  imports: clients,
  because:
    'The sandbox is the independent witness: it must not share the clients’ reading of the vendors’ documents.',
};

/** The sandbox's rooms, each of which may import those before it, and the modules that it imports from outside. */
const rooms = [
  ['contracts', 'ajv', 'ajv/dist/2020.js'],
  ['wire', 'ws'],
  ['control'],
  ['media', '@roamhq/wrtc', 'node:vm'],
  ['livekit', '@livekit/protocol', 'ws', 'node:crypto', 'node:timers/promises'],
  ['vendors', 'ws', 'node:crypto'],
  ['http', 'ws', 'node:'],
];
const names = rooms.map(([name]) => name);

export const sandboxRooms = [
  room(['packages/sandbox/**/*.ts'], [witness], []),
  ...rooms.map(([name, ...modules], at) =>
    room(
      [`${src}${name}/**/*.ts`],
      [
        witness,
        {
          imports: allBut(
            ...names.slice(0, at + 1).map((earlier) => `${src}${earlier}/`),
            ...['vendor', 'remember'].map((shared) => `${src}${shared}.ts`),
            ...modules,
          ),
          because: `Imports in the sandbox go one way: ${names.join(', ')}, and last what starts it. From outside, ${name}/ imports ${modules.join(', ') || 'nothing'}.`,
        },
      ],
    ),
  ),
  room(
    [`${src}*.ts`, `${src}cli/**/*.ts`],
    [
      witness,
      {
        imports: allBut('packages/sandbox/', 'node:'),
        because: 'What starts the sandbox puts its rooms together; only they know a library.',
      },
    ],
  ),
];
