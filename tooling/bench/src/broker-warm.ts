import { markdownTable } from 'markdown-table';
import { setTimeout as wait } from 'node:timers/promises';
import { startCallers } from './broker-load.ts';
import { anamPreset, ROOMY } from './broker-presets.ts';
import { proofOf } from './broker-proofs.ts';
import { startTokenServer } from './broker-servers.ts';
import { startServer } from './child.ts';

const VENDOR_MS = 300;
const KEPT = 50;
const PRESETS = Array.from({ length: 10 }, (_, n) => `guide-${n}`);
const PER_SECOND = 50;
/** So many tokens of one vendor the server mints at once. */
const WARM_AT_ONCE = 4;

/** How long a grant takes whose token was minted before, with a vendor that takes its time. */
export async function measureWarm(tell: (line: string) => void): Promise<string> {
  tell(`warm: ${KEPT * PRESETS.length} grants`);
  using vendor = await startServer(VENDOR_MS);
  using callers = await startCallers();
  const presets = PRESETS.map((name) => anamPreset(name, `, warm: ${KEPT}`)).join('') + anamPreset('cold');
  await using server = await startTokenServer(vendor.url, `${ROOMY}presets:\n${presets}`);
  const asking = {
    urls: [server.url],
    atOnce: 8,
    proofs: [proofOf('bench')],
    expect: 201,
    perSecond: PER_SECOND,
  };
  await wait((VENDOR_MS * KEPT * PRESETS.length * 1.2) / WARM_AT_ONCE + 2_000);
  const cold = await callers.ask({ ...asking, presets: ['cold'], count: 100, atOnce: 32 });
  const count = KEPT * PRESETS.length;
  const warm = await callers.ask({ ...asking, presets: PRESETS, count });
  return `A vendor that takes ${VENDOR_MS} ms, ${PER_SECOND} grants a second.

${markdownTable([
  ['grant', 'of so many', 'p50, ms', 'p99, ms'],
  ['warm', `${warm.warm} of ${count}`, warm.p50Millis.toFixed(1), warm.p99Millis.toFixed(1)],
  ['cold', '100', cold.p50Millis.toFixed(1), cold.p99Millis.toFixed(1)],
])}`;
}
