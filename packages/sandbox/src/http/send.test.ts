import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call, keyHeader, type Reply } from '../../test/call.ts';
import { createSandbox, type Fault, type Sandbox } from '../index.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.close());

const fail = (fault: Fault): void => {
  sandbox.fail('simli', 'compose.listIceServers', fault);
};
const get = (): Promise<Reply> => call(sandbox, 'simli', 'compose.listIceServers');
const lastNote = (): string | undefined => sandbox.journal().at(-1)?.notes.at(-1);

/** What arrives on the wire, until the other side ends it or `ms` have passed. */
async function raw(ms: number): Promise<{ text: string; ended: boolean; error?: string }> {
  const { hostname, port, host } = new URL(sandbox.url);
  const socket = connect(Number(port), hostname);
  const heard = { text: '', ended: false, error: '' };
  socket.on('data', (chunk) => (heard.text += chunk.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (heard.error = error.code ?? ''));
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      heard.ended = true;
      resolve();
    });
  });
  socket.write(`GET /simli/compose/ice HTTP/1.1\r\nHost: ${host}\r\nx-simli-api-key: k\r\n\r\n`);
  await Promise.race([closed, wait(ms)]);
  const result = { ...heard };
  socket.destroy();
  return result;
}

describe('faults that answer', () => {
  test('a status in the vendor’s own words, or in given ones', async () => {
    fail({ status: 503 });
    expect(await get()).toMatchObject({ status: 503, json: { detail: 'UNKNOWN_ERROR' } });
    expect(lastNote()).toBe('fault: status 503');
    fail({ status: 429, body: { own: 1 }, headers: { 'retry-after': '2' } });
    const given = await get();
    expect(given).toMatchObject({ status: 429, json: { own: 1 } });
    expect(given.headers.get('retry-after')).toBe('2');
    expect(lastNote()).toBe('fault: status 429, body, headers');
    fail({ status: 500, body: 'plain words' });
    const text = await get();
    expect(text.text).toBe('plain words');
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await get()).toMatchObject({ status: 200 });
  });

  test('headers of its own replace those of the sandbox, however they are written', async () => {
    fail({
      status: 502,
      body: '<html>',
      headers: {
        'Content-Type': 'text/html',
        'Access-Control-Allow-Origin': 'http://a.example',
        Connection: 'close',
      },
    });
    const { text } = await raw(2000);
    const names = text.split('\r\n').map((line) => line.split(':')[0]?.toLowerCase());
    expect(names.filter((name) => name === 'content-type')).toHaveLength(1);
    expect(names.filter((name) => name === 'access-control-allow-origin')).toHaveLength(1);
    expect(text).toContain('content-type: text/html\r\n');
    expect(text).toContain('access-control-allow-origin: http://a.example\r\n');
  });

  test('a redirect', async () => {
    fail({ redirect: 'http://127.0.0.1:9/elsewhere', times: Infinity });
    const reply = await get();
    expect(lastNote()).toMatch(/times Infinity$/);
    expect(reply.status).toBe(307);
    expect(reply.headers.get('location')).toBe('http://127.0.0.1:9/elsewhere');
  });

  test('a wrong content type', async () => {
    fail({ contentType: 'text/html' });
    const reply = await get();
    expect(reply.headers.get('content-type')).toBe('text/html');
    expect(reply.json).toHaveLength(1);
  });

  test('a delay, and then the answer', async () => {
    fail({ delayMs: 60 });
    const before = performance.now();
    expect(await get()).toMatchObject({ status: 200 });
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });

  test('an oversized answer, right and then blank', async () => {
    fail({ oversized: 200_000 });
    const reply = await get();
    expect(reply.text).toHaveLength(200_000);
    expect(reply.json).toHaveLength(1);
    fail({ oversized: 5 });
    expect((await get()).json).toHaveLength(1);
  });

  test('half an answer that ends as if whole', async () => {
    fail({ truncate: true });
    const reply = await get();
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(/^\[\{"urls"/);
    expect(reply.json).toBeUndefined();
  });
});

describe('faults that break the connection', () => {
  test('before the answer, which then was worked out for nothing', async () => {
    fail({ reset: 'before-answer' });
    expect(await raw(2000)).toMatchObject({ text: '', ended: true, error: 'ECONNRESET' });
    expect(sandbox.journal()).toMatchObject([{ status: 200 }]);
  });

  test('within the body', async () => {
    fail({ reset: 'mid-body' });
    const { text, ended } = await raw(2000);
    expect(ended).toBe(true);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const promised = Number(/content-length: (\d+)/.exec(head)?.[1]);
    expect(body.length).toBeGreaterThan(0);
    expect(body.length).toBeLessThan(promised);
  });
});

describe('faults that hold the connection, until the sandbox closes or is reset', () => {
  test('before the headers', async () => {
    fail({ stall: 'headers' });
    expect(await raw(80)).toMatchObject({ text: '', ended: false });
  });

  test('within the body', async () => {
    fail({ stall: 'body' });
    const { text, ended } = await raw(80);
    expect(ended).toBe(false);
    expect(text).toContain('200 OK');
    expect(text).not.toContain('credential":"sandbox"}]');
  });

  test('or before the operation', async () => {
    fail({ delayMs: 600_000 });
    const pending = get().catch(() => 'broken');
    await wait(30);
    await sandbox.close();
    expect(await pending).toBe('broken');
    expect(sandbox.journal()).toMatchObject([{ notes: ['fault: delayMs 600000'] }]);
    expect(sandbox.journal()[0]).not.toHaveProperty('status');
  });

  test.each<Fault>([{ delayMs: 600_000 }, { stall: 'headers' }, { stall: 'body' }])(
    '%o breaks with a reset',
    async (fault) => {
      fail(fault);
      const pending = get().catch(() => 'broken');
      await expect.poll(() => sandbox.journal(), { timeout: 8000 }).toHaveLength(1);
      sandbox.reset();
      expect(await pending).toBe('broken');
      expect(await get()).toMatchObject({ status: 200 });
    },
  );

  test('and what its caller gave up never reaches the state after a reset', async () => {
    const delayMs = 200;
    await using limited = await createSandbox({ anam: { mintLimit: 1 } });
    limited.fail('anam', 'sessionTokens.create', { delayMs });
    const mint = (signal?: AbortSignal): Promise<Response> =>
      fetch(`${limited.anam.baseUrl}/v1/auth/session-token`, {
        method: 'POST',
        headers: { ...keyHeader.anam('any-key'), 'content-type': 'application/json' },
        body: JSON.stringify({ personaConfig: { personaId: 'any-persona' } }),
        signal: signal ?? null,
      });
    const caller = new AbortController();
    const pending = mint(caller.signal);
    await expect.poll(() => limited.journal(), { timeout: 8000 }).toHaveLength(1);
    caller.abort();
    await expect(pending).rejects.toThrow('aborted');
    limited.reset();
    await wait(2 * delayMs);
    expect((await mint()).status).toBe(200);
  });
});

test('what arrived is in the journal before it is answered, and when its caller gives up', async () => {
  fail({ delayMs: 600_000 });
  const caller = new AbortController();
  const pending = fetch(`${sandbox.simli.baseUrl}/compose/ice`, { signal: caller.signal });
  const arrived = { operation: 'compose.listIceServers', notes: ['fault: delayMs 600000'] };
  await expect.poll(() => sandbox.journal(), { timeout: 8000 }).toMatchObject([arrived]);
  caller.abort();
  await expect(pending).rejects.toThrow('aborted');
  expect(sandbox.journal()).toMatchObject([arrived]);
  expect(sandbox.journal()[0]).not.toHaveProperty('status');
});
