import { markdownTable } from 'markdown-table';
import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Asked } from './broker-callers.ts';
import { startCallers, type Callers } from './broker-load.ts';
import { anamPreset, ROOMY, USED_UP } from './broker-presets.ts';
import { forgedProof, proofOf, proofsOf } from './broker-proofs.ts';
import {
  cpuMicros,
  residentMiB,
  startBare,
  startRedis,
  startTokenServer,
  type Served,
} from './broker-servers.ts';
import type { Vendor } from './child.ts';
import { median } from './median.ts';

// Until the engine has compiled what is hot, a grant costs half as much again.
export const WARM_UP = 12_000;
const COUNT = 2_000;
const ROUNDS = 5;
// Less than the calls to one vendor that may be under way.
const AT_ONCE = 32;
const REGULARS = 200;

interface Cost extends Asked {
  readonly cpuMicros: number;
}

/** One that is measured: who answers, and how it is asked. */
interface Contender {
  readonly name: string;
  readonly servers: readonly Served[];
  /** Of the callers of the next round. */
  readonly proofs: () => readonly string[];
  readonly expect: number;
}

const BARE = 'Express 5 and undici, nothing else';
const MEMORY = 'token server, memory';
const NEW = `${MEMORY}, every JWT new`;
const REDIS = 'token server, Redis';
const REFUSED = '429, Express 5 and nothing else';
const TWO = 'two token servers, one Redis';

/** What grants and refusals cost, where every grant is of a token of this vendor's. */
export async function measureGrants(
  vendor: Vendor,
  tell: (line: string) => void,
): Promise<{ grants: string; refusals: string }> {
  await using stack = new AsyncDisposableStack();
  using callers = await startCallers();
  const redis = await startRedis();
  if (redis !== undefined) stack.use(redis);

  const preset = anamPreset('guide');
  const server = async (file: string, more: Readonly<Record<string, string>> = {}): Promise<Served> =>
    stack.use(await startTokenServer(vendor.url, `${file}presets:\n${preset}`, more));
  const regulars = proofsOf(REGULARS);
  const proofs = (): readonly string[] => regulars;
  const single = [proofOf('single')];
  const memory = await server(ROOMY);
  const closed = await server(USED_UP);
  const bare = stack.use(await startBare(vendor.url));
  const contenders: Contender[] = [
    { name: BARE, servers: [bare], proofs, expect: 201 },
    { name: MEMORY, servers: [memory], proofs, expect: 201 },
    { name: NEW, servers: [await server(ROOMY)], proofs: () => proofsOf(COUNT), expect: 201 },
    { name: '401 (no JWT), memory', servers: [memory], proofs: () => [''], expect: 401 },
    { name: '401 (forged), memory', servers: [memory], proofs: () => [forgedProof()], expect: 401 },
    { name: '429, memory', servers: [closed], proofs: () => single, expect: 429 },
    { name: REFUSED, servers: [{ ...bare, url: `${bare.url}/refused` }], proofs, expect: 429 },
  ];
  if (redis === undefined) tell('SKIPPED: without /usr/bin/redis-server nothing is measured with Redis');
  else {
    const shared = (prefix: string): Readonly<Record<string, string>> => ({
      REDIS_URL: redis.url,
      REDIS_PREFIX: prefix,
    });
    const [one, two] = [await server(ROOMY, shared('pair')), await server(ROOMY, shared('pair'))];
    const usedUp = await server(USED_UP, shared('closed'));
    contenders.push(
      { name: REDIS, servers: [one], proofs, expect: 201 },
      { name: TWO, servers: [one, two], proofs, expect: 201 },
      { name: '401 (no JWT), Redis', servers: [one], proofs: () => [''], expect: 401 },
      { name: '401 (forged), Redis', servers: [one], proofs: () => [forgedProof()], expect: 401 },
      { name: '429, Redis', servers: [usedUp], proofs: () => single, expect: 429 },
    );
    for (const each of [one, two, usedUp]) await untilGranted(callers, each, single);
  }
  await untilGranted(callers, closed, single);
  const costs = await measure(contenders, callers, tell);
  const size = (name: string): string => {
    const servers = contenders.find((one) => one.name === name)?.servers ?? [];
    return servers.map((one) => residentMiB(one).toFixed(0)).join(' + ');
  };
  return { grants: grantsTable(costs, size), refusals: refusalsTable(costs) };
}

const askingOf = ({ servers, proofs, expect }: Contender) => ({
  urls: servers.map(({ url }) => url),
  atOnce: AT_ONCE,
  presets: ['guide'],
  expect,
  count: COUNT,
  proofs: proofs(),
});

/** A server that has just started may not have its Redis yet. */
async function untilGranted(callers: Callers, server: Served, proofs: readonly string[]): Promise<void> {
  const asking = askingOf({ name: '', servers: [server], proofs: () => proofs, expect: 201 });
  const granted = (): Promise<boolean> =>
    callers.ask({ ...asking, count: 1 }).then(
      () => true,
      () => false,
    );
  while (!(await granted())) await wait(50);
}

type Costs = ReadonlyMap<string, readonly Cost[]>;

/** Every contender in turn, round after round, so that a drift of the machine falls on all alike. */
async function measure(
  contenders: readonly Contender[],
  callers: Callers,
  tell: (line: string) => void,
): Promise<Costs> {
  for (const contender of contenders) await callers.ask({ ...askingOf(contender), count: WARM_UP });
  const costs = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    tell(`grants: round ${round} of ${ROUNDS}`);
    for (const contender of contenders) {
      const asking = askingOf(contender);
      const spent = (): number => contender.servers.reduce((sum, one) => sum + cpuMicros(one), 0);
      const before = spent();
      const asked = await callers.ask(asking);
      costs.get(contender.name)?.push({ ...asked, cpuMicros: (spent() - before) / COUNT });
    }
  }
  return costs;
}

/** The middle of one number divided by another's, round by round. */
function ratio(costs: Costs, one: string, other: string, of: (cost: Cost) => number): string {
  const others = costs.get(other) ?? [];
  const ratios = (costs.get(one) ?? []).map((cost, round) => {
    const beside = others[round];
    return beside === undefined ? Number.NaN : of(cost) / of(beside);
  });
  return median(ratios).toFixed(2);
}

const middle = (costs: readonly Cost[], of: (cost: Cost) => number, digits: number): string =>
  median(costs.map(of)).toFixed(digits);

function grantsTable(costs: Costs, size: (name: string) => string): string {
  const rows = [...costs].filter(([name]) => !name.startsWith('4'));
  const rate = (cost: Cost): number => cost.perSecond;
  const main = markdownTable([
    ['server', 'grants/s', '× bare', 'CPU a grant, µs', '× bare', 'p50, ms', 'p99, ms', 'resident, MiB'],
    ...rows.map(([name, rounds]) => [
      name,
      middle(rounds, rate, 0),
      ratio(costs, name, BARE, rate),
      middle(rounds, (cost) => cost.cpuMicros, 0),
      ratio(costs, name, BARE, (cost) => cost.cpuMicros),
      middle(rounds, (cost) => cost.p50Millis, 1),
      middle(rounds, (cost) => cost.p99Millis, 1),
      size(name),
    ]),
  ]);
  if (!costs.has(TWO)) return `${main}\n\nRedis was not measured: it is not on this machine.`;
  return `${main}\n\nTwo processes on one Redis give ${ratio(costs, TWO, REDIS, rate)} times one, where the callers, the vendor, Redis and both share ${cpus().length} cores.`;
}

function refusalsTable(costs: Costs): string {
  const cost = (one: Cost): number => one.cpuMicros;
  return markdownTable([
    ['answer', 'CPU, µs', '× a grant', 'a second'],
    ...[...costs]
      .filter(([name]) => name.startsWith('4'))
      .map(([name, rounds]) => [
        name,
        middle(rounds, cost, 0),
        ratio(costs, name, name.endsWith('Redis') ? REDIS : MEMORY, cost),
        middle(rounds, (one) => one.perSecond, 0),
      ]),
  ]);
}
