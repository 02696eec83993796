import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, askForSession, type Reply } from '../ask.ts';
import { accountsAt, start, type Started } from '../start.ts';
import { startedHost } from '../started-host.ts';
import { auditIn } from '../vendor-sessions.ts';

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const SESSION_ID = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';

/**
 * A LiveAvatar that takes its time: of a session that it has not finished starting it says that there is none. Each
 * call waits at its gate until the test opens it.
 */
class SlowVendor {
  readonly running = new Set<string>();
  readonly asked: string[] = [];
  /** What becomes of the answer to a start, which the vendor goes on with all the same. */
  answersWith: 'lost' | 502 | 504 | undefined;
  readonly #gates = new Map<string, Gate>();
  readonly #server = createServer((incoming, response) => {
    const call = incoming.url?.split('/').at(-1) ?? '';
    incoming.resume();
    if (incoming.method === 'POST') this.asked.push(call);
    void this.#answer(call).then((answer) => {
      if (answer === 'lost') response.destroy();
      else {
        response.statusCode = answer === 'gone' ? 404 : typeof answer === 'number' ? answer : 200;
        response.setHeader('content-type', 'application/json');
        const gone = { code: 404, data: null, message: 'Session not found' };
        response.end(JSON.stringify(answer === 'gone' ? gone : { code: 1000, data: answer, message: '' }));
      }
    });
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on such calls wait. */
  shut(call: string): void {
    this.#gates.set(call, gate());
  }

  open(call: string): void {
    this.#gates.get(call)?.open();
  }

  async untilAsked(call: string): Promise<void> {
    await expect.poll(() => this.asked).toContain(call);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(call: string): Promise<object | number | 'lost' | 'gone' | null> {
    // It has no records of sessions.
    if (call === SESSION_ID) return 'gone';
    if (call === 'start' && this.answersWith !== undefined) {
      void this.#gates.get(call)?.opened.then(() => this.running.add(SESSION_ID));
      return this.answersWith;
    }
    await this.#gates.get(call)?.opened;
    if (call === 'token') return { session_id: SESSION_ID, session_token: 'the-session-token' };
    if (call === 'stop') return this.running.delete(SESSION_ID) ? null : 'gone';
    this.running.add(SESSION_ID);
    return { session_id: SESSION_ID, livekit_url: 'wss://room.example.com', livekit_client_token: 'x' };
  }
}

let vendor: SlowVendor;
let started: Started;

beforeEach(async () => {
  vendor = new SlowVendor();
  started = await start(accountsAt(await vendor.listen()), { presets: [startedHost] });
});
afterEach(async () => {
  await started[Symbol.asyncDispose]();
  vendor.close();
});

async function leased(): Promise<readonly { id: string; status: string }[]> {
  const { json } = await ask(`${started.url}/v1/sessions`);
  return (json as { sessions: readonly { id: string; status: string }[] }).sessions;
}

const reasons = (): unknown[] => auditIn(started.lines, 'ended').map(({ reason }) => reason);

/** Ends, by its caller's word, the session that is being opened. */
async function endWhatIsPending(): Promise<Reply> {
  const [pending] = await leased();
  expect(pending?.status).toBe('pending');
  return ask(`${started.url}/v1/sessions/${pending?.id ?? ''}`, { method: 'DELETE' });
}

test.each(['token', 'start'])(
  'a session that is ended while its %s is awaited does not run',
  async (call) => {
    vendor.shut(call);
    const asking = askForSession(started.url, { preset: 'host' });
    await vendor.untilAsked(call);
    const { status, json } = await endWhatIsPending();
    expect([status, json]).toMatchObject([202, { status: 'ending', endReason: 'asked' }]);
    vendor.open(call);
    expect((await asking).json).toMatchObject({ code: 'session_over' });
    expect([[...vendor.running], await leased(), reasons()]).toEqual([[], [], ['asked']]);
    expect(vendor.asked.includes('start')).toBe(call === 'start');
  },
);

test('a start is not cut short by a caller who leaves, so that what began can be stopped', async () => {
  vendor.shut('start');
  const body = '{"preset":"host"}';
  const caller = request(`${started.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  caller.on('error', () => undefined).end(body);
  await vendor.untilAsked('start');
  caller.destroy();
  await expect.poll(() => started.lastRequest()).toMatchObject({ status: 499 });
  expect(vendor.asked).not.toContain('stop');
  vendor.open('start');
  await expect.poll(reasons).toEqual(['caller_gone']);
  expect([[...vendor.running], await leased()]).toEqual([[], []]);
});

test.each(['lost', 502, 504] as const)(
  'a session of which nobody knows whether it began (%s) is stopped again, and counts until then',
  async (answer) => {
    vendor.shut('start');
    vendor.answersWith = answer;
    expect((await askForSession(started.url, { preset: 'host' })).status).toBe(503);
    expect([vendor.asked.at(-1), (await leased()).length]).toEqual(['stop', 1]);
    vendor.open('start');
    await expect.poll(() => vendor.running.size).toBe(1);
    await expect.poll(reasons, { timeout: 15_000 }).toEqual(['start_failed']);
    expect([[...vendor.running], await leased()]).toEqual([[], []]);
  },
  20_000,
);

test('a session that begins long after its start has failed is stopped then', async () => {
  vendor.shut('start');
  vendor.answersWith = 504;
  expect((await askForSession(started.url, { preset: 'host' })).status).toBe(503);
  const stops = (): number => vendor.asked.filter((call) => call === 'stop').length;
  await expect.poll(stops, { timeout: 15_000 }).toBe(2);
  expect([reasons(), await leased()]).toMatchObject([[], [{ status: 'ending' }]]);
  vendor.open('start');
  await expect.poll(() => vendor.running.size).toBe(1);
  await expect.poll(reasons, { timeout: 15_000 }).toEqual(['start_failed']);
  expect([[...vendor.running], await leased()]).toEqual([[], []]);
}, 35_000);

test('a server that is told to stop waits for a start whose caller has left, and ends what began', async () => {
  vendor.shut('start');
  const caller = request(`${started.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  caller.on('error', () => undefined).end('{"preset":"host"}');
  await vendor.untilAsked('start');
  caller.destroy();
  await expect.poll(() => started.lastRequest()).toMatchObject({ status: 499 });
  const closed = started.server.close();
  setTimeout(() => {
    vendor.open('start');
  }, 300);
  await closed;
  expect([[...vendor.running], reasons()]).toEqual([[], ['caller_gone']]);
});
