import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Preset } from '../src/config/presets.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { accountsAt, KEYS, start, type Started } from './start.ts';
import { auditIn } from './vendor-sessions.ts';

let vendor: FakeVendor;
let started: Started;

const ID = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';
const OTHER = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a12';
const anam: Preset = {
  name: 'guide',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 } },
};
const presets: Preset[] = [
  anam,
  { ...anam, name: 'trusting', trustPages: true },
  { ...anam, name: 'face', vendor: 'simli', request: { faceId: 'x' } },
];

beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const id of [ID, OTHER]) {
    vendor.answer(record(id), { status: 404, body: {} });
    vendor.answer(`${record(id)}/stop`, { body: {} });
  }
  started = await start(accountsAt(vendor.url), { presets });
});
afterEach(() => started[Symbol.asyncDispose]());

const record = (id: string): string => `/v1/sessions/${id}`;
const timesAsked = (path: string): number => vendor.asked.filter((asked) => asked.path === path).length;

async function mint(preset = 'guide'): Promise<string> {
  return ((await askForSession(started.url, { preset })).json as { id: string }).id;
}

const beat = (id: string, body: unknown): Promise<Reply> =>
  ask(`${started.url}/v1/sessions/${id}/heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const end = (id: string): Promise<Reply> => ask(`${started.url}/v1/sessions/${id}`, { method: 'DELETE' });

const canStop = async (id: string): Promise<unknown> =>
  ((await ask(`${started.url}/v1/sessions/${id}`)).json as { canStop: unknown }).canStop;

/** Reports, and waits until it has been looked into. */
async function report(id: string, vendorSessionId: string): Promise<void> {
  const before = timesAsked(record(vendorSessionId));
  expect((await beat(id, { vendorSessionId })).status).toBe(200);
  await expect.poll(() => timesAsked(record(vendorSessionId))).toBe(before + 1);
  await vendor.asked.findLast(({ path }) => path === record(vendorSessionId))?.answered;
}

test('what the vendor has on record is stopped when it is ended, and still counts until its cap', async () => {
  vendor.answer(record(ID), { body: { id: ID } });
  const stopped = timesAsked(`${record(ID)}/stop`);
  const id = await mint();
  expect(await canStop(id)).toBe(false);
  await report(id, ID);
  await expect.poll(() => canStop(id)).toBe(true);
  const { status, json } = await end(id);
  // The page may have named another session of the account: what is stopped by its word frees nothing.
  expect([status, json]).toMatchObject([202, { status: 'ending' }]);
  expect(timesAsked(`${record(ID)}/stop`)).toBe(stopped + 1);
  const stop = vendor.asked.findLast(({ path }) => path === `${record(ID)}/stop`);
  expect(stop?.headers.authorization).toBe(`Bearer ${KEYS.anam}`);
});

test('what cannot be stopped is told with the vendor’s status', async () => {
  vendor.answer(record(ID), { body: { id: ID } });
  vendor.answer(`${record(ID)}/stop`, { status: 503, body: {} });
  const id = await mint();
  await report(id, ID);
  await expect.poll(() => canStop(id)).toBe(true);
  expect((await end(id)).status).toBe(202);
  const told = started.lines.filter((line) => line.includes('failed: stop'));
  expect(told.map((line): unknown => JSON.parse(line))).toMatchObject([
    { session: id, vendor: 'anam', error: { code: 'vendor_unavailable', status: 503 } },
  ]);
});

test('where the preset trusts its pages, it is over then', async () => {
  vendor.answer(record(ID), { body: { id: ID } });
  const id = await mint('trusting');
  await report(id, ID);
  await expect.poll(() => canStop(id)).toBe(true);
  expect((await end(id)).status).toBe(204);
});

test.each([
  [
    'is over then, if its record says that it has ended',
    { id: ID, endTime: '2026-01-01T12:00:00.000Z' },
    204,
  ],
  ['still runs, if its record does not', { id: ID, endTime: null }, 202],
])('what cannot be stopped %s', async (_, body, status) => {
  vendor.answer(record(ID), { body });
  // What Anam answers for a session that has ended is its engine's, and not documented.
  vendor.answer(`${record(ID)}/stop`, { status: 409, body: {} });
  const id = await mint('trusting');
  await report(id, ID);
  await expect.poll(() => canStop(id)).toBe(true);
  expect((await end(id)).status).toBe(status);
});

test('what the vendor does not know is not believed, and not asked for with every heartbeat', async () => {
  const stopped = timesAsked(`${record(OTHER)}/stop`);
  const id = await mint();
  await report(id, OTHER);
  const asked = timesAsked(record(OTHER));
  for (let n = 0; n < 5; n++) expect((await beat(id, { vendorSessionId: OTHER })).status).toBe(200);
  expect(await canStop(id)).toBe(false);
  expect((await end(id)).status).toBe(202);
  expect([timesAsked(record(OTHER)), timesAsked(`${record(OTHER)}/stop`)]).toEqual([asked, stopped]);
});

test('what another lease has named is not believed of a second one', async () => {
  vendor.answer(record(ID), { body: { id: ID } });
  const [first, second] = [await mint(), await mint()];
  await report(first, ID);
  await expect.poll(() => canStop(first)).toBe(true);
  await report(second, ID);
  const stopped = timesAsked(`${record(ID)}/stop`);
  await end(second);
  expect(await canStop(second)).toBe(false);
  expect(timesAsked(`${record(ID)}/stop`)).toBe(stopped);
});

test('what turns out to be on record after its page has left is stopped then', async () => {
  vendor.answer(record(ID), 'hang');
  const asked = timesAsked(record(ID));
  const stopped = timesAsked(`${record(ID)}/stop`);
  const id = await mint();
  expect((await beat(id, { vendorSessionId: ID })).status).toBe(200);
  await expect.poll(() => timesAsked(record(ID))).toBe(asked + 1);
  expect((await end(id)).status).toBe(202);
  expect(timesAsked(`${record(ID)}/stop`)).toBe(stopped);
  vendor.answer(record(ID), { body: { id: ID } });
  vendor.release();
  await expect.poll(() => timesAsked(`${record(ID)}/stop`)).toBe(stopped + 1);
});

test('a page that falls silent has its session stopped', async () => {
  vendor.answer(record(ID), { body: { id: ID } });
  await using server = await start(accountsAt(vendor.url), { presets: [{ ...anam, heartbeatSeconds: 1 }] });
  const { json } = await askForSession(server.url, { preset: 'guide' });
  const stopped = timesAsked(`${record(ID)}/stop`);
  const reply = await ask(`${server.url}/v1/sessions/${(json as { id: string }).id}/heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ vendorSessionId: ID }),
  });
  expect(reply.status).toBe(200);
  await expect.poll(() => timesAsked(`${record(ID)}/stop`)).toBe(stopped + 1);
});

test('when the server ends, it is stopped and has its receipt, as has one that nobody can stop', async () => {
  vendor.answer(record(ID), { body: { id: ID } });
  const stopped = timesAsked(`${record(ID)}/stop`);
  const [id, face] = [await mint(), await mint('face')];
  await report(id, ID);
  await expect.poll(() => canStop(id)).toBe(true);
  await started.server.close();
  expect(timesAsked(`${record(ID)}/stop`)).toBe(stopped + 1);
  const receipts = auditIn(started.lines, 'ended').map(({ session, reason }) => [session, reason]);
  expect(new Map(receipts as [string, string][])).toEqual(
    new Map([
      [id, 'shutdown'],
      [face, 'shutdown'],
    ]),
  );
  expect(receipts).toHaveLength(2);
});

test('a vendor without such a record is not asked; a bad report is refused or ignored', async () => {
  const id = await mint('face');
  const asked = vendor.asked.length;
  expect((await beat(id, { vendorSessionId: ID })).status).toBe(200);
  const guide = await mint();
  const minted = vendor.asked.length;
  expect((await beat(guide, { vendorSessionId: '../../personas/x' })).status).toBe(200);
  expect((await beat(guide, {})).status).toBe(200);
  for (const body of [{ vendorSessionId: 7 }, { vendorSessionId: 'x'.repeat(201) }, { more: 1 }, []]) {
    expect((await beat(guide, body)).json).toMatchObject({ code: 'invalid_body' });
  }
  expect([minted - asked, vendor.asked.length]).toEqual([1, minted]);
});
