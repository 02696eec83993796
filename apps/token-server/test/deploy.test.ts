import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as YAML from 'yaml';
import {
  BODY_LIMIT_BYTES,
  DEFAULT_DRAIN_WAIT_SECONDS,
  DRAIN_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  LEAST_TIDY_MS,
  LOG_END_MS,
  REQUEST_TIMEOUT_MS,
} from '../src/config/constants.ts';
import { VARIABLES } from '../src/config/variables.ts';
import { METRICS } from '../src/ops/metrics.ts';

const read = (file: string): string => readFileSync(new URL(`../deploy/${file}`, import.meta.url), 'utf8');

/** The number that follows `words` in a file, in milliseconds. */
function millisIn(file: string, words: string): number {
  const [, count, unit] = new RegExp(`${words} *=? *(\\d+)(ms|s)?`).exec(read(file)) ?? [];
  if (count === undefined) throw new Error(`${file} has no ${words}`);
  return Number(count) * (unit === 'ms' ? 1 : 1_000);
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(read('grafana.json')) as { panels: readonly Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

test.each(queries)('the panel %s asks for metrics and labels that there are: %s', (_title, expr) => {
  const names = [...expr.matchAll(/\b(token_server_\w+?)(?:_bucket|_count|_sum)?\b(?=[{[])/g)].map(
    ([, name = '']) => name,
  );
  const others = [...expr.matchAll(/\b(?:process|nodejs)_\w+/g)];
  expect(names.length + others.length).toBeGreaterThan(0);
  const texts: Readonly<Record<string, string>> = METRICS;
  for (const name of names) {
    expect(texts).toHaveProperty(name);
    const known = [...(texts[name] ?? '').matchAll(/`(\w+)`/g)].map(([, label]) => label);
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
    const selected = [...expr.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map(([, label]) => label);
    for (const label of [...grouped, ...selected]) expect(['le', 'instance', ...known]).toContain(label);
  }
});

test('whoever stops a replica waits until it has drained', () => {
  const longest = DRAIN_MS + LEAST_TIDY_MS + LOG_END_MS;
  expect(millisIn('token-server@.service', 'TimeoutStopSec')).toBeGreaterThan(longest);
  expect(millisIn('compose.yaml', 'stop_grace_period:')).toBeGreaterThan(longest);
});

test('the balancers’ times fit the replicas’', () => {
  const unready = millisIn('haproxy.cfg', 'check inter') * Number(/fall (\d)/.exec(read('haproxy.cfg'))?.[1]);
  expect(unready).toBeLessThan(DEFAULT_DRAIN_WAIT_SECONDS * 1_000);
  expect(millisIn('haproxy.cfg', 'timeout server')).toBeLessThan(KEEP_ALIVE_TIMEOUT_MS);
  expect(millisIn('nginx.conf', 'keepalive_timeout')).toBeLessThan(KEEP_ALIVE_TIMEOUT_MS);
  expect(millisIn('haproxy.cfg', 'timeout http-request')).toBe(REQUEST_TIMEOUT_MS);
  expect(millisIn('nginx.conf', 'client_body_timeout')).toBe(REQUEST_TIMEOUT_MS);
  expect(read('nginx.conf')).toContain(`client_max_body_size ${BODY_LIMIT_BYTES / 1_024}k;`);
});

test('every setting that the files name is one', () => {
  const named = [
    ...read('env.example').matchAll(/^#?([A-Z_]+)=/gm),
    ...read('token-server@.service').matchAll(/(?<=[= ])([A-Z_]{4,})=/g),
    ...read('Dockerfile').matchAll(/^ {4}([A-Z_]+)=|^ENV ([A-Z_]+)=/gm),
  ].map(([, name, other]) => name ?? other ?? '');
  const { 'x-replica': replica } = YAML.parse(read('compose.yaml'), { merge: true }) as {
    'x-replica': { environment: object };
  };
  const settings = [...named, ...Object.keys(replica.environment)];
  expect(settings.length).toBeGreaterThan(15);
  for (const name of settings) {
    expect([...Object.keys(VARIABLES), 'NODE_ENV', 'CI']).toContain(name);
  }
});

test('where the env file has Redis and the proxy on this machine, the container is in its network, and no more open', () => {
  const [, redis] = /^REDIS_URL=redis:\/\/([\d.]+):\d+$/m.exec(read('env.example')) ?? [];
  const [, proxies] = /^TRUSTED_PROXIES=(.*)$/m.exec(read('env.example')) ?? [];
  expect([redis, proxies]).toEqual(['127.0.0.1', '127.0.0.0/8']);
  const [command = ''] = /^docker run (?:.*\\\n)*.*$/m.exec(read('../docs/operations.md')) ?? [];
  expect(command).toMatch(/ --env-file \S+\/token-server\.env /);
  // The image itself listens on every address.
  expect(command).toContain(' --network host -e HOST=127.0.0.1 ');
  expect(command).not.toContain(' -p ');
});

interface Service {
  readonly environment?: { readonly TRUSTED_PROXY?: string; readonly METRICS_PORT?: number };
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<'replica-1' | 'replica-2' | 'balancer' | 'redis', Service>>;
  readonly networks: Readonly<
    Record<string, { ipam?: { config: [{ subnet: string; gateway?: string }] }; internal?: boolean }>
  >;
}

const compose = YAML.parse(read('compose.yaml'), { merge: true }) as Compose;

test('compose publishes on this machine alone, and only this machine’s proxy may say who calls', () => {
  const { services, networks } = compose;
  const published = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(published).toHaveLength(3);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  const { environment, networks: joined } = services.balancer;
  const reachable = joined.filter((name) => networks[name]?.internal !== true);
  const [network] = reachable.flatMap((name) => networks[name]?.ipam?.config ?? []);
  expect(reachable).toHaveLength(1);
  expect(environment?.TRUSTED_PROXY).toBe(network?.gateway);
});

test('Prometheus finds both replicas, as compose publishes them', () => {
  const { scrape_configs } = YAML.parse(read('prometheus.yml')) as {
    scrape_configs: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
  };
  const targets = scrape_configs.flatMap((scrape) =>
    scrape.static_configs.flatMap((config) => config.targets),
  );
  const published = (['replica-1', 'replica-2'] as const).flatMap((name) => {
    const { ports = [], environment } = compose.services[name];
    const inside = `:${environment?.METRICS_PORT ?? ''}`;
    return ports.filter((port) => port.endsWith(inside)).map((port) => port.slice(0, -inside.length));
  });
  expect(published).toEqual(targets);
});

test('nothing that runs in compose may become root or write to its own files', () => {
  const { services } = compose;
  expect(Object.keys(services)).toEqual(['replica-1', 'replica-2', 'balancer', 'redis']);
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  }
});
