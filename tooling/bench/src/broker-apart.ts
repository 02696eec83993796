import { markdownTable } from 'markdown-table';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCallers } from './broker-load.ts';
import { anamPreset, ROOMY } from './broker-presets.ts';
import { proofOf } from './broker-proofs.ts';
import { startTokenServer } from './broker-servers.ts';
import { startServer } from './child.ts';
import { median } from './median.ts';

const PER_SECOND = 100;
const COUNT = 400;
const ROUNDS = 3;
const HOST =
  '  host: { vendor: liveavatar, caps: { maxSessionSeconds: 60 }, request: { mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a } }\n';

const ILLS = ['answers 503', 'takes 2 s', 'does not answer'] as const;
type Health = 'well' | (typeof ILLS)[number];

/** What callers of one vendor notice when another one ails, with the same load on both before and meanwhile. */
export async function measureApart(tell: (line: string) => void): Promise<string> {
  using vendor = await startServer();
  using callers = await startCallers();
  using other = await startOther();
  const rows: string[][] = [];
  for (const ill of ILLS) {
    tell(`apart: a vendor that ${ill}`);
    await using server = await startTokenServer(
      vendor.url,
      `${ROOMY}presets:\n${anamPreset('guide')}${HOST}`,
      {
        LIVEAVATAR_BASE_URL: other.url,
      },
    );
    const proof = proofOf('bench');
    const asking = { urls: [server.url], atOnce: 32, proofs: [proof], expect: 201, perSecond: PER_SECOND };
    const third = beginThird(server.url, proof);
    const p99s = async (rounds: number): Promise<number[]> => {
      const found: number[] = [];
      for (let n = 0; n < rounds; n++) {
        found.push((await callers.ask({ ...asking, presets: ['guide'], count: COUNT })).p99Millis);
      }
      return found;
    };
    await p99s(1);
    const before = median(await p99s(ROUNDS));
    other.be(ill);
    const meanwhile = median(await p99s(ROUNDS));
    other.be('well');
    await third.stop();
    rows.push([ill, before.toFixed(1), meanwhile.toFixed(1), (meanwhile / before).toFixed(2)]);
  }
  return `${PER_SECOND} grants a second of one vendor, while 25 a second are asked of another one.

${markdownTable([['the other vendor', 'p99 before, ms', 'p99 meanwhile, ms', 'ratio'], ...rows])}`;
}

/** The vendor that ails when it is told to. */
async function startOther(): Promise<{ url: string; be(health: Health): void } & Disposable> {
  let health: Health = 'well';
  const data = { session_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a', session_token: 'a'.repeat(200) };
  const body = JSON.stringify({ code: 1000, data, message: 'ok' });
  const server = createServer((request, response) => {
    request.resume();
    const now = health;
    if (now === 'does not answer') return;
    const answer = (): void => {
      response.writeHead(now === 'answers 503' ? 503 : 200, { 'content-type': 'application/json' }).end(body);
    };
    if (now === 'takes 2 s') setTimeout(answer, 2_000);
    else answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    be: (next) => {
      health = next;
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Callers of the other vendor at a steady rate, however long the earlier ones wait. */
function beginThird(url: string, proof: string): { stop(): Promise<void> } {
  const hangUp = new AbortController();
  const waiting: Promise<unknown>[] = [];
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${proof}` };
  const timer = setInterval(() => {
    const options = { method: 'POST', headers, body: '{"preset":"host"}', signal: hangUp.signal };
    waiting.push(
      fetch(`${url}/v1/sessions`, options).then(
        (answer) => answer.text(),
        () => undefined,
      ),
    );
  }, 40);
  return {
    stop: async () => {
      clearInterval(timer);
      hangUp.abort();
      await Promise.allSettled(waiting);
    },
  };
}
