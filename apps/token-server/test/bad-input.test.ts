import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultOfJson } from '../src/http/strict-json.ts';
import { ask, askForSession } from './ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { accountsAt, start, type Started } from './start.ts';

let vendor: FakeVendor;
let started: Started;

beforeAll(async () => {
  vendor = await startFakeVendor();
  started = await start(accountsAt(vendor.url));
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

const post = 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n';
const json = (body: string): Buffer => Buffer.from(body);

test.each<[string, Buffer, string | undefined]>([
  ['a key twice', json('{"preset":"a","preset":"b"}'), 'has a key twice'],
  ['a key twice, once in disguise', json('{"preset":"a","\\u0070reset":"b"}'), 'has a key twice'],
  ['a key twice, further in', json('{"a":[{"b":{"c":1,"c":2}}]}'), 'has a key twice'],
  ['one key in two objects', json('{"a":{"b":1},"c":{"b":"{\\"b\\":1}"},"d":[1,":",{"b":1}]}'), undefined],
  [
    'bytes that are no text',
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    'is not in UTF-8',
  ],
  ['half a character', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'is not in UTF-8'],
  ['a string without an end', json(`"${'\\"'.repeat(8_000)}`), undefined],
  ['a string that ends in its escape', json('{"a":1,"b\\'), undefined],
  ['very deep nesting', json('['.repeat(8_000) + ']'.repeat(8_000)), 'is nested too deeply'],
])('of a body with %s', (_what, bytes, fault) => {
  expect(faultOfJson(bytes)).toBe(fault);
});

test.each([
  ['{"preset":"anam-guide","preset":"simli-greeter"}', 400, 'The body has a key twice.'],
  [`{"preset":"anam-guide","overrides":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`, 400, 'nested too deeply'],
  ['{"preset":"anam-guide","overrides":{"__proto__":{"polluted":1}}}', 400, 'overrides is not allowed'],
  ['{"presett":"a","preset":"b"}', 400, /did you mean "preset"\?$/],
  ['{"preset":"anam-guide","constructor":{"prototype":{"polluted":1}}}', 400, 'constructor is not a field'],
])('the body %s is refused', async (body, status, detail) => {
  const asked = vendor.asked.length;
  const headers = { 'content-type': 'application/json' };
  const reply = await ask(`${started.url}/v1/sessions`, { method: 'POST', headers, body });
  expect(reply.status).toBe(status);
  expect((reply.json as { detail: string }).detail).toMatch(detail);
  expect({}).not.toHaveProperty('polluted');
  expect(vendor.asked.length).toBe(asked);
});

test.each([
  ['a flood of headers', 'x: y\r\n'.repeat(3_000), '431'],
  ['a very long header', `x: ${'y'.repeat(20_000)}\r\n`, '431'],
  ['two lengths', 'content-length: 1\r\ncontent-length: 2\r\n', '400'],
  ['length and chunks', 'content-length: 1\r\ntransfer-encoding: chunked\r\n', '400'],
])('%s is refused before it is a request', async (_what, headers, status) => {
  const socket = connect(started.port, '127.0.0.1');
  socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  expect(await text(socket)).toContain(`HTTP/1.1 ${status}`);
});

test('who sends the next request before the answer is cut off, and gets no session', async () => {
  vendor.answer(PATHS.anam, 'hang');
  const body = '{"preset":"anam-guide"}';
  const request = `${post}content-length: ${body.length}\r\n\r\n${body}`;
  const asked = vendor.asked.length;
  const socket = connect(started.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(request);
  await expect.poll(() => vendor.asked.length).toBe(asked + 1);
  socket.write(request.repeat(2));
  await closed;
  expect(socket.bytesRead).toBe(0);
  vendor.answer(PATHS.anam, 'well');
  vendor.release();
  await expect.poll(async () => (await ask(`${started.url}/v1/sessions`)).json).toEqual({ sessions: [] });
  expect(vendor.asked.length).toBe(asked + 1);
});

test.each<[string, Buffer, string, string]>([
  ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22]), 'application/json', 'invalid_body'],
  [
    'UTF-16, declared',
    Buffer.from('{"preset":"anam-guide"}', 'utf16le'),
    'application/json; charset=utf-16le',
    'unsupported_media_type',
  ],
  [
    'UTF-16, not declared',
    Buffer.from('\ufeff{"preset":"anam-guide"}', 'utf16le'),
    'application/json',
    'invalid_body',
  ],
  [
    'half a character in a name',
    Buffer.from('{"preset":"anam-guide\xc3"}', 'latin1'),
    'application/json',
    'invalid_body',
  ],
])('a body of %s is refused', async (_what, body, type, code) => {
  const asked = vendor.asked.length;
  const reply = await fetch(`${started.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: new Uint8Array(body),
  });
  expect(await reply.json()).toMatchObject({ code });
  expect(vendor.asked.length).toBe(asked);
});

test.each([
  ['GET', '/v1/sessions/%E0%A4%A', undefined, 404],
  ['POST', '/v1/sessions/%ZZ/heartbeat', undefined, 404],
  ['POST', '/v1/sessions/%ZZ/end', undefined, 404],
  ['POST', `/v1/sessions/${crypto.randomUUID()}/end`, 'gzip', 415],
  ['POST', `/v1/sessions/${crypto.randomUUID()}/first-frame`, 'br', 415],
])('%s %s with the encoding %s is no fault of ours', async (method, path, encoding, status) => {
  const headers = encoding === undefined ? {} : { 'content-encoding': encoding };
  const body = method === 'POST' ? 'no such thing' : null;
  const { length } = started.lines;
  const reply = await fetch(`${started.url}${path}`, { method, headers, body });
  expect(reply.status).toBe(status);
  expect(started.lines.slice(length).join('')).not.toContain('"level":"error"');
});

test('who sends slowly is cut off, and keeps nobody waiting', async () => {
  const slow = ['GET /healthz HTTP/1.1\r\n', `${post}content-length: 16000\r\n\r\n{`].flatMap((begun) =>
    Array.from({ length: 50 }, () => {
      const socket = connect(started.port, '127.0.0.1');
      socket.write(begun);
      // A byte now and then, as long as somebody listens.
      const drip = setInterval(() => socket.write('x'), 500);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          clearInterval(drip);
        });
      return text(socket).catch(() => 'reset');
    }),
  );
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => askForSession(started.url, { preset: 'anam-guide' })),
  );
  expect(replies.every(({ status }) => status === 201)).toBe(true);
  const answers = new Set((await Promise.all(slow)).map((answer) => answer.split('\r\n')[0]));
  // Whoever still sends when it is cut off may be reset before it has read why.
  answers.delete('reset');
  expect([...answers]).toEqual(['HTTP/1.1 408 Request Timeout']);
});
