/** The callers, in a process of their own: they ask as they are told over the channel, and say how it went. */
import { Agent, request } from 'undici';

/** So many requests, so many at once, one after the other to each of the servers. */
export interface Asking {
  readonly urls: readonly string[];
  readonly count: number;
  readonly atOnce: number;
  /** Of the callers, who take turns. */
  readonly proofs: readonly string[];
  /** They are asked for in turn, too. */
  readonly presets: readonly string[];
  /** The status that every answer must have. */
  readonly expect: number;
  /** At most so many in a second. */
  readonly perSecond?: number;
}

export interface Asked {
  readonly perSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** How many were answered without asking the vendor. */
  readonly warm: number;
}

const dispatcher = new Agent({ connections: 128 });

async function perform({ urls, count, atOnce, proofs, presets, expect, perSecond }: Asking): Promise<Asked> {
  const latencies = new Float64Array(count);
  const bodies = presets.map((preset) => JSON.stringify({ preset }));
  let begun = 0;
  let warm = 0;
  const from = performance.now();
  const caller = async (): Promise<void> => {
    while (begun < count) {
      const at = begun++;
      if (perSecond !== undefined) {
        const dueIn = from + (at * 1_000) / perSecond - performance.now();
        if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
      }
      const askedAt = performance.now();
      const answer = await request(`${urls[at % urls.length] ?? ''}/v1/sessions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${proofs[at % proofs.length] ?? ''}`,
          'idempotency-key': crypto.randomUUID(),
        },
        body: bodies[at % bodies.length] ?? '',
        dispatcher,
      });
      const text = await answer.body.text();
      latencies[at] = performance.now() - askedAt;
      if (answer.statusCode !== expect) throw new Error(`answered ${answer.statusCode}: ${text}`);
      if (String(answer.headers['server-timing']).includes('warm')) warm++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const seconds = (performance.now() - from) / 1_000;
  latencies.sort();
  return {
    perSecond: count / seconds,
    p50Millis: latencies[Math.floor(count * 0.5)] ?? 0,
    p99Millis: latencies[Math.floor(count * 0.99)] ?? 0,
    warm,
  };
}

process.on('message', (asking: Asking) => {
  perform(asking).then(
    (asked) => process.send?.(asked),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
