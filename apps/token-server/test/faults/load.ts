import { setTimeout as wait } from 'node:timers/promises';
import { ask, askForSession, type Reply } from '../ask.ts';
import { bearer } from '../issuer.ts';
import { SERVICE_KEY } from '../replica.ts';

/** A file with one preset, `host`, whose sessions the server starts, and with limits of sessions only. */
export const startedPresets = (sessions: string, caps = 'maxSessionSeconds: 600'): string => `
limits:
  requests: { perCaller: none, perAddress: none, overall: none }
  sessions: { ${sessions} }
  minutesPerCallerAndDay: none
presets:
  host:
    vendor: liveavatar
    start: true
    caps: { ${caps} }
    request: { mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a }
`;

export interface Load {
  /** How many answers there were of each status; 0 is none at all. */
  readonly statuses: ReadonlyMap<number, number>;
  /** The sessions that each intent was granted. */
  readonly granted: ReadonlyMap<string, ReadonlySet<string>>;
  /** No new intents; resolves when every caller has ended what it has. */
  stop(): Promise<void>;
}

const NOBODY = 0;

/** How long a caller waits for a grant before it hangs up: a busy machine keeps it waiting for seconds. */
const patience = (): AbortSignal => AbortSignal.timeout(15_000);

/**
 * Callers who begin a session, hold it for a moment and end it, over and over. Each intent has a key, and is asked for
 * again, at the next replica, until somebody has given a clear answer; and then once more of each.
 */
export function beginLoad(replicas: readonly string[], callers: number): Load {
  const statuses = new Map<number, number>();
  const granted = new Map<string, Set<string>>();
  let over = false;

  const tell = async (asking: Promise<Reply>): Promise<Reply | undefined> => {
    const reply = await asking.catch(() => undefined);
    const status = reply?.status ?? NOBODY;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return reply;
  };
  const replica = (turn: number): string => replicas[turn % replicas.length] ?? '';

  async function once(key: string, turn: number): Promise<void> {
    const headers = { ...bearer(SERVICE_KEY), 'idempotency-key': key };
    const ids = new Set<string>();
    granted.set(key, ids);
    const askFor = async (url: string): Promise<Reply | undefined> => {
      const reply = await tell(askForSession(url, { preset: 'host' }, headers, patience()));
      if (reply?.status === 201) ids.add((reply.json as { id: string }).id);
      return reply;
    };
    for (let attempt = 0; attempt < 4; attempt++) {
      const reply = await askFor(replica(turn + attempt));
      if (reply !== undefined && reply.status < 500) break;
      await wait(50);
    }
    // Whoever asks again has the same session, whichever replica is asked.
    if (ids.size > 0) await Promise.all(replicas.map(askFor));
    for (const id of ids) await end(id, turn);
  }

  async function end(id: string, turn: number): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const url = `${replica(turn + attempt)}/v1/sessions/${id}`;
      const reply = await tell(ask(url, { method: 'DELETE', headers: bearer(SERVICE_KEY) }));
      if (reply !== undefined && reply.status < 500) return;
      await wait(50);
    }
  }

  async function caller(number: number): Promise<void> {
    for (let turn = 0; !over; turn++) await once(`caller-${number}-intent-${turn}`, number + turn);
  }

  const all = Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  return {
    statuses,
    granted,
    stop: async () => {
      over = true;
      await all;
    },
  };
}

/** The most that was seen of something while it was looked at. */
export function watchMost(look: () => Promise<number>): { stop(): Promise<number> } {
  let most = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, await look());
      await wait(10);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await watching;
      return most;
    },
  };
}
