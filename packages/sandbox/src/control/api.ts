import type { Vendor } from '../vendor.ts';
import type { Answer } from '../wire/answer.ts';
import type { Clock } from './clock.ts';
import type { Disturbance, DisturbanceTarget } from './disturbances.ts';
import type { Fault, Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Realtime } from './realtime.ts';

/** What the control API controls. */
export interface Controls {
  readonly faults: Faults;
  readonly realtime: Realtime;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly reset: () => void;
}

interface ControlRoute {
  readonly method: string;
  readonly path: string;
  readonly does: string;
  readonly fields: readonly string[];
  readonly run: (
    controls: Controls,
    body: Readonly<Record<string, unknown>>,
    id: string,
  ) => Answer | Promise<Answer>;
}

const done: Answer = { status: 204 };
const problem = (status: number, error: string): Answer => ({ status, body: { error } });

export const controlRoutes: readonly ControlRoute[] = [
  {
    method: 'POST',
    path: '/faults',
    does: 'takes `{ vendor, operation, fault }`, answers 201 `{ id }`',
    fields: ['vendor', 'operation', 'fault'],
    run: ({ faults }, { vendor, operation, fault }) => {
      // `add` checks all three, and says which is wrong.
      const handle = faults.add(vendor as Vendor, operation as never, fault as Fault);
      return { status: 201, body: { id: handle.id } };
    },
  },
  {
    method: 'DELETE',
    path: '/faults',
    does: 'takes all faults away',
    fields: [],
    run: ({ faults }) => {
      faults.clear();
      return done;
    },
  },
  {
    method: 'DELETE',
    path: '/faults/:id',
    does: 'takes one fault away; 404 when it no longer waits',
    fields: [],
    run: ({ faults }, _body, id) => (faults.cancel(id) ? done : problem(404, 'id: no such fault is waiting')),
  },
  {
    method: 'POST',
    path: '/disturbances',
    does: 'takes `{ vendor, disturbance, on? }`, answers 201 `{ id }`',
    fields: ['vendor', 'disturbance', 'on'],
    run: ({ realtime }, { vendor, disturbance, on = 'next' }) => {
      // `disturb` checks all three, and says which is wrong.
      const { id } = realtime.disturb(vendor as Vendor, disturbance as Disturbance, on as DisturbanceTarget);
      return { status: 201, body: { id } };
    },
  },
  {
    method: 'DELETE',
    path: '/disturbances',
    does: 'takes away all that wait for a next session',
    fields: [],
    run: ({ realtime }) => {
      realtime.cancelWaiting();
      return done;
    },
  },
  {
    method: 'GET',
    path: '/sessions',
    does: 'answers `{ sessions }`: those that somebody watches now',
    fields: [],
    run: ({ realtime }) => ({ status: 200, body: { sessions: realtime.list() } }),
  },
  {
    method: 'GET',
    path: '/journal',
    does: 'answers `{ entries }`, oldest first',
    fields: [],
    run: ({ journal }) => ({ status: 200, body: { entries: journal() } }),
  },
  {
    method: 'DELETE',
    path: '/journal',
    does: 'empties the journal',
    fields: [],
    run: ({ journal }) => {
      journal.clear();
      return done;
    },
  },
  {
    method: 'POST',
    path: '/clock/advance',
    does: 'takes `{ ms }`, answers `{ now }`',
    fields: ['ms'],
    run: async ({ clock }, { ms }) => {
      // `advance` checks it, and says what is wrong.
      await clock.advance(ms as number);
      return { status: 200, body: { now: clock.now() } };
    },
  },
  {
    method: 'POST',
    path: '/reset',
    does: 'forgets tokens, sessions, faults and journal, and breaks what a fault still holds; the clock goes on',
    fields: [],
    run: ({ reset }) => {
      reset();
      return done;
    },
  },
];

const pathPattern = (path: string): RegExp => new RegExp(`^${path.replace(':id', '([^/]+)')}$`);

/** Answers a call from another process of this machine. */
export async function control(
  controls: Controls,
  call: { readonly method: string; readonly path: string; readonly body: unknown },
): Promise<Answer> {
  const here = controlRoutes.filter(({ path }) => pathPattern(path).test(call.path));
  if (here.length === 0) return problem(404, `path: must be one of ${knownPaths()}`);
  const route = here.find(({ method }) => method === call.method);
  if (!route) return problem(405, `method: must be ${here.map(({ method }) => method).join(' or ')}`);

  const body = call.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) return problem(400, 'body: must be an object');
  const unknown = Object.keys(body).find((field) => !route.fields.includes(field));
  if (unknown !== undefined) return problem(400, `${unknown}: is not a field here`);
  try {
    return await route.run(
      controls,
      body as Record<string, unknown>,
      pathPattern(route.path).exec(call.path)?.[1] ?? '',
    );
  } catch (error) {
    if (error instanceof TypeError) return problem(400, error.message);
    throw error;
  }
}

const knownPaths = (): string => [...new Set(controlRoutes.map(({ path }) => path))].join(', ');
