import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { callsOf, type VendorCall } from '../broker/timed.ts';
import { FAILURES, type BreakerState, type Watch } from '../broker/watch.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Preset } from '../config/presets.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { RequestRecord } from './logger.ts';

/** What each metric says. The operations page's table is made from these. */
export const METRICS = {
  token_server_requests_total:
    'requests answered, by `route`, `method`, `status` and our `code` for a problem',
  token_server_request_seconds: 'how long they took, by `route`',
  token_server_grants_total: 'sessions granted, by `vendor`, `preset` and whether a `warm` one was at hand',
  token_server_sessions_ended_total: 'sessions that are over, by `vendor`, `preset` and `reason`',
  token_server_session_seconds_total: 'what they used, by `vendor` and `preset`',
  token_server_vendor_call_seconds: 'calls to vendors, by `vendor`, `call` and whether it went well (`ok`)',
  token_server_breaker: 'by `vendor`: 0 it is asked, 1 it is tried, 2 it is left alone',
  token_server_unknown_sessions:
    'by `vendor`: sessions that run there and nobody here granted; absent if unseen',
  token_server_failures_total: 'what failed with nobody waiting for it, by `what`; it is tried again',
  token_server_state: 'what replicas share: 1 reachable, 0.5 limits are local for now, 0 gone',
  token_server_first_frame_seconds:
    'from grant to first picture, as pages report it once for a session, by `vendor`',
  token_server_log_lines_lost_total: 'lines that could not be written, or that nobody read in time',
} as const;

type Name = keyof typeof METRICS;

const SECONDS = [0.005, 0.015, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const BREAKER: Readonly<Record<BreakerState, number>> = { closed: 0, trying: 1, open: 2 };
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH'];
const HEALTH = { ok: 1, degraded: 0.5, down: 0 } as const;

/**
 * Everything that is counted. Every label is one of a few words that the server or its owner's file knows: never
 * anything that a caller wrote, and never who the caller is.
 */
export class Metrics {
  readonly registry: Registry = new Registry();
  readonly #requests = this.#counter('token_server_requests_total', ['route', 'method', 'status', 'code']);
  readonly #requestSeconds = this.#histogram('token_server_request_seconds', ['route']);
  readonly #grants = this.#counter('token_server_grants_total', ['vendor', 'preset', 'warm']);
  readonly #ended = this.#counter('token_server_sessions_ended_total', ['vendor', 'preset', 'reason']);
  readonly #seconds = this.#counter('token_server_session_seconds_total', ['vendor', 'preset']);
  readonly #calls = this.#histogram('token_server_vendor_call_seconds', ['vendor', 'call', 'ok']);
  readonly #started = new Set<string>();
  readonly #breaker = this.#gauge('token_server_breaker', ['vendor']);
  readonly #unknown = this.#gauge('token_server_unknown_sessions', ['vendor']);
  readonly #failures = this.#counter('token_server_failures_total', ['what']);
  readonly #firstFrame = this.#histogram('token_server_first_frame_seconds', ['vendor']);

  constructor(
    health: () => 'ok' | 'degraded' | 'down',
    vendors: readonly Vendor[],
    lostLines: () => number = () => 0,
  ) {
    collectDefaultMetrics({ register: this.registry });
    for (const what of FAILURES) this.#failures.inc({ what }, 0);
    for (const vendor of vendors) {
      this.#breaker.set({ vendor: vendor.name }, BREAKER.closed);
      this.#firstFrame.zero({ vendor: vendor.name });
      for (const call of callsOf(vendor)) this.#startCalls(vendor.name, call);
    }
    const lost = 'token_server_log_lines_lost_total';
    new Counter({
      name: lost,
      help: METRICS[lost],
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(lostLines());
      },
    });
    const name = 'token_server_state';
    new Gauge({
      name,
      help: METRICS[name],
      registers: [this.registry],
      collect() {
        this.set(HEALTH[health()]);
      },
    });
  }

  request({ route = 'none', method = '', status = 0, code = '', ms = 0 }: RequestRecord): void {
    const known = METHODS.includes(method) ? method : 'other';
    this.#requests.inc({ route, method: known, status: String(status), code });
    this.#requestSeconds.observe({ route }, ms / 1_000);
  }

  firstFrame(vendor: string, seconds: number): void {
    this.#firstFrame.observe({ vendor }, seconds);
  }

  /** What the broker tells, counted, and passed on. */
  watch(next: Watch): Watch {
    return {
      offered: (presets) => {
        for (const preset of presets) this.#startPreset(preset);
        next.offered(presets);
      },
      granted: (session) => {
        const { vendor, preset, warm } = session;
        this.#grants.inc({ vendor, preset, warm: String(warm) });
        next.granted(session);
      },
      ended: (receipt) => {
        const { vendor, preset, reason, seconds } = receipt;
        this.#ended.inc({ vendor, preset, reason });
        this.#seconds.inc({ vendor, preset }, seconds);
        next.ended(receipt);
      },
      called: (vendor, call, seconds, ok) => {
        this.#calls.observe({ vendor, call, ok: String(ok) }, seconds);
        next.called(vendor, call, seconds, ok);
      },
      failed: (what, error, about) => {
        this.#failures.inc({ what });
        next.failed(what, error, about);
      },
      breaker: (vendor, state) => {
        this.#breaker.set({ vendor }, BREAKER[state]);
        next.breaker(vendor, state);
      },
      unknown: (vendor, count, stopped) => {
        // What was last seen says nothing of now.
        if (count === undefined) this.#unknown.remove({ vendor });
        else this.#unknown.set({ vendor }, count);
        next.unknown(vendor, count, stopped);
      },
    };
  }

  /** At 0, for a rate does not see the first of a series that begins with it. */
  #startPreset({ vendor, name: preset, warm = 0 }: Preset): void {
    for (const isWarm of warm > 0 ? [false, true] : [false]) {
      this.#grants.inc({ vendor, preset, warm: String(isWarm) }, 0);
    }
    if (warm > 0) this.#startCalls(vendor, 'warm');
    this.#seconds.inc({ vendor, preset }, 0);
  }

  #startCalls(vendor: string, call: VendorCall): void {
    const series = `${vendor} ${call}`;
    // Once alone: what is counted already would be lost.
    if (this.#started.has(series)) return;
    this.#started.add(series);
    for (const ok of ['true', 'false']) this.#calls.zero({ vendor, call, ok });
  }

  #counter<Label extends string>(name: Name, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help: METRICS[name], labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: Name, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help: METRICS[name], labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(name: Name, labelNames: Label[]): Histogram<Label> {
    const registers = [this.registry];
    return new Histogram({ name, help: METRICS[name], labelNames, registers, buckets: SECONDS });
  }
}

/** `GET /metrics`, on a port of its own: what is counted is nobody's business but the owner's. */
export class MetricsServer {
  readonly #server: Server;

  constructor({ registry }: Metrics) {
    this.#server = createServer((request, response) => {
      if (request.url !== '/metrics' || request.method !== 'GET') {
        response.writeHead(404).end();
        return;
      }
      registry
        .metrics()
        .then((text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text))
        .catch(() => response.writeHead(500).end());
    });
  }

  async listen({ host, port }: { host: string; port: number }): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening').catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
      throw new ConfigError([`METRICS_PORT ${port} of ${host} cannot be had (${code}): choose another.`]);
    });
    const bound = this.#server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
