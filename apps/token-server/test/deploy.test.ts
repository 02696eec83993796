import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as YAML from 'yaml';
import {
  BODY_LIMIT_BYTES,
  DEFAULT_DRAIN_WAIT_SECONDS,
  DRAIN_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  LEAST_TIDY_MS,
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
  const longest = DRAIN_MS + LEAST_TIDY_MS;
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

test('nothing that runs in compose may become root or write to its own files', () => {
  const { services } = YAML.parse(read('compose.yaml'), { merge: true }) as {
    services: Readonly<Record<string, object>>;
  };
  expect(Object.keys(services)).toEqual(['replica-1', 'replica-2', 'balancer', 'redis']);
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  }
});
