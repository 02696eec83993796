import { setTimeout as wait } from 'node:timers/promises';
import { call, dataOf } from '../test/call.ts';
import { anamClient, livekitClient, simliClient, type Client } from '../test/clients.ts';
import { mint, socketUrl } from '../test/tokens.ts';
import type { Sandbox, Vendor } from '../src/index.ts';

/** Watches one session after the other, in a process of its own so that its cost is not the sandbox's. */
const [url = '', vendor = 'simli', count = '1', ms = '1000'] = process.argv.slice(2);
const endpoint = (name: Vendor): { baseUrl: string } => ({ baseUrl: `${url}/${name}` });
const sandbox = {
  simli: endpoint('simli'),
  anam: endpoint('anam'),
  liveavatar: endpoint('liveavatar'),
} as Sandbox;

const connect: Readonly<Record<string, () => Promise<Client>>> = {
  simli: async () => simliClient(socketUrl(sandbox.simli.baseUrl), await mint.simli(sandbox)),
  anam: async () => {
    const headers = { authorization: `Bearer ${await mint.anam(sandbox)}` };
    const { json } = await call(sandbox, 'anam', 'engine.startSession', { headers });
    const { sessionId, engineHost } = json as { sessionId: string; engineHost: string };
    return anamClient(`ws://${engineHost}/v1/engine/ws`, sessionId);
  },
  liveavatar: async () => {
    const headers = { authorization: `Bearer ${await mint.liveavatar(sandbox)}` };
    const { livekit_url = '', livekit_client_token = '' } = dataOf(
      await call(sandbox, 'liveavatar', 'sessions.start', { headers }),
    );
    return livekitClient(livekit_url, livekit_client_token);
  },
};

const delays: number[] = [];
for (let done = 0; done < Number(count); done += 1) {
  const before = performance.now();
  const one = await connect[vendor]?.();
  if (!one) throw new Error(`no vendor ${vendor}`);
  while (one.viewer.frames.length === 0) await wait(2);
  delays.push(performance.now() - before);
  await wait(Number(ms));
  one.close();
  await wait(30);
  // A lost connection is kept for ten seconds, in which it would go on to cost: they pass at once.
  await fetch(`${url}/_sandbox/clock/advance`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ms: 10_000 }),
  });
}
delays.sort((a, b) => a - b);
const at = (part: number): string => (delays[Math.floor((delays.length - 1) * part)] ?? 0).toFixed(0);
console.log(`first frame p50 ${at(0.5)} ms, max ${at(1)} ms`);
process.exit(0);
