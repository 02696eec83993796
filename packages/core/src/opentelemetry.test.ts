import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { acme, DOORS, KEY, mint, TOKEN } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { deadOrigin, hangs, json, serve, status } from '../test/local-server.ts';
import { createCaller, InvalidRequestError, type CallOptions, type ClientOptions } from './index.node.ts';
import { openTelemetryHooks } from './opentelemetry.ts';

const spans = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
const measures = new InMemoryMetricExporter(AggregationTemporality.DELTA);
const meterProvider = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: measures, exportIntervalMillis: 3_600_000 })],
});
const hooks = openTelemetryHooks({ tracerProvider, meterProvider });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
beforeEach(() => {
  spans.reset();
});
afterAll(async () => {
  context.disable();
  await tracerProvider.shutdown();
  await meterProvider.shutdown();
});

const named = (name: string): ReadableSpan[] =>
  spans.getFinishedSpans().filter((span: ReadableSpan) => span.name === name);

test.each(DOORS)(
  '$transport: one span for the call, one for each of its attempts',
  async ({ createCaller }) => {
    const server = await serve(status(503), json(TOKEN));
    const caller = callerFrom(createCaller)(server.origin, { hooks });
    const tracer = tracerProvider.getTracer('test');
    const parent = tracer.startSpan('the work around it');
    await context.with(trace.setSpan(context.active(), parent), () => caller.call(mint, { face: 'f' }));
    parent.end();

    const [call] = named('acme tokens.mint');
    expect(call?.kind).toBe(SpanKind.INTERNAL);
    expect(call?.status.code).toBe(SpanStatusCode.UNSET);
    expect(call?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(call?.attributes).toEqual({
      'avatar.vendor': 'acme',
      'avatar.operation': 'tokens.mint',
      'avatar.attempts': 2,
    });
    expect(call?.events.map(({ name }) => name)).toEqual(['retry']);

    const attempts = named('POST /v1/tokens');
    expect(attempts.map(({ kind }) => kind)).toEqual([SpanKind.CLIENT, SpanKind.CLIENT]);
    for (const attempt of attempts) {
      expect(attempt.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
      expect(attempt.spanContext().traceId).toBe(parent.spanContext().traceId);
    }
    const { hostname, port } = new URL(server.origin);
    const common = {
      'http.request.method': 'POST',
      'url.full': `${server.origin}/v1/tokens`,
      'url.template': '/v1/tokens',
      'url.scheme': 'http',
      'server.address': hostname,
      'server.port': Number(port),
    };
    expect(attempts.map(({ attributes }) => attributes)).toEqual([
      { ...common, 'http.response.status_code': 503, 'error.type': '503' },
      { ...common, 'http.response.status_code': 200, 'http.request.resend_count': 1 },
    ]);
    expect(attempts.map((attempt) => attempt.status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
  },
);

test('a call that fails says so, with why it was not repeated', async () => {
  const caller = callerFrom(createCaller)(await deadOrigin(), { hooks, maxAttempts: 2 });
  await failureOf(caller.call(mint, { face: 'f' }));
  const [call] = named('acme tokens.mint');
  expect(call?.status.code).toBe(SpanStatusCode.ERROR);
  expect(call?.attributes).toMatchObject({
    'error.type': 'connection',
    'avatar.attempts': 2,
    'avatar.stopped_by': 'attempts',
  });
  expect(named('POST /v1/tokens').map(({ attributes }) => attributes['error.type'])).toEqual([
    'connection',
    'connection',
  ]);
});

test('a call that is refused before it is sent has a span without attempts', async () => {
  const caller = callerFrom(createCaller)(await deadOrigin(), { hooks });
  await failureOf(caller.call(mint, { face: '' }));
  expect(named('acme tokens.mint')[0]?.attributes).toMatchObject({ 'error.type': 'invalid_request' });
  expect(named('POST /v1/tokens')).toEqual([]);
});

test('calls at the same time are told apart, and none is left open', async () => {
  const server = await serve(json(TOKEN));
  const caller = callerFrom(createCaller)(server.origin, { hooks });
  await Promise.all(Array.from({ length: 20 }, () => caller.call(mint, { face: 'f' })));
  const calls = named('acme tokens.mint').map((span) => span.spanContext().spanId);
  const parents = named('POST /v1/tokens').map((span) => span.parentSpanContext?.spanId);
  expect(calls).toHaveLength(20);
  expect(new Set(parents)).toEqual(new Set(calls));
});

test('a call that has ended is forgotten: what comes by its id afterwards is another', () => {
  const call = { vendor: 'acme', operation: 'tokens.mint', requestId: 'a-request' };
  const error = new InvalidRequestError({ ...call, code: 'invalid_request', message: 'no' });
  hooks.onRequest?.({
    ...call,
    attempt: 1,
    method: 'POST',
    path: '/v1/tokens',
    url: 'https://api.acme.example/',
  });
  hooks.onSuccess?.({ ...call, attempts: 1, elapsedMs: 1 });
  hooks.onError?.({ ...call, error });
  hooks.onError?.({ ...call, error });
  const ids = named('acme tokens.mint').map((span) => span.spanContext().spanId);
  expect(new Set(ids).size).toBe(3);
});

/** What was measured while `work` ran. */
async function measuredIn(work: () => Promise<unknown>): Promise<MetricData | undefined> {
  await meterProvider.forceFlush();
  measures.reset();
  await work();
  await meterProvider.forceFlush();
  const [metric] = measures
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return metric;
}

/** How many exchanges ended how. */
const endings = (metric: MetricData | undefined): unknown[] | undefined =>
  metric?.dataPoints.map(({ attributes, value }) => ({
    status: attributes['http.response.status_code'],
    errorType: attributes['error.type'],
    count: typeof value === 'number' ? value : value.count,
  }));

test('the duration of every exchange is measured, in seconds', async () => {
  const server = await serve(status(503), json(TOKEN));
  const metric = await measuredIn(() =>
    callerFrom(createCaller)(server.origin, { hooks }).call(mint, { face: 'f' }),
  );
  expect(metric?.descriptor).toMatchObject({ name: 'http.client.request.duration', unit: 's' });
  expect(endings(metric)).toEqual([
    { status: 503, errorType: '503', count: 1 },
    { status: 200, errorType: undefined, count: 1 },
  ]);
  const { hostname, port } = new URL(server.origin);
  expect(metric?.dataPoints.map(({ attributes }) => attributes)).toContainEqual({
    'http.request.method': 'POST',
    'url.template': '/v1/tokens',
    'url.scheme': 'http',
    'server.address': hostname,
    'server.port': Number(port),
    'http.response.status_code': 200,
  });
});

test('an exchange without an answer is measured too, so that an outage does not look like less traffic', async () => {
  const silent = await serve(hangs);
  const dead = await deadOrigin();
  const failing = (baseUrl: string, options: ClientOptions, call: CallOptions = {}): Promise<unknown> =>
    failureOf(callerFrom(createCaller)(baseUrl, { hooks, ...options }).call(mint, { face: 'f' }, call));
  const refused = await measuredIn(() => failing(dead, { maxAttempts: 2 }));
  expect(endings(refused)).toEqual([{ status: undefined, errorType: 'connection', count: 2 }]);
  const late = await measuredIn(() => failing(silent.origin, { maxAttempts: 1, attemptTimeoutMs: 50 }));
  expect(endings(late)).toEqual([{ status: undefined, errorType: 'timeout', count: 1 }]);
  const aborted = await measuredIn(() => failing(silent.origin, {}, { signal: AbortSignal.timeout(50) }));
  expect(endings(aborted)).toEqual([{ status: undefined, errorType: 'aborted', count: 1 }]);
});

test('an SDK that is set up after the hooks were made gets the measures, too', async () => {
  const early = openTelemetryHooks();
  onTestFinished(() => {
    metrics.disable();
  });
  metrics.setGlobalMeterProvider(meterProvider);
  const server = await serve(json(TOKEN));
  const caller = callerFrom(createCaller)(server.origin, { hooks: early });
  const metric = await measuredIn(() => caller.call(mint, { face: 'f' }));
  expect(endings(metric)).toEqual([{ status: 200, errorType: undefined, count: 1 }]);
});

test('a call that is refused before it is sent is no exchange, and is not measured', async () => {
  const metric = await measuredIn(async () =>
    failureOf(callerFrom(createCaller)(await deadOrigin(), { hooks }).call(mint, { face: '' })),
  );
  expect(endings(metric) ?? []).toEqual([]);
});

test('nothing secret is in a span', async () => {
  const server = await serve(json({ detail: `no such key: ${KEY}` }, 401));
  await failureOf(
    callerFrom(createCaller)(server.origin, { hooks }).call(mint, {
      face: 'f',
      livekit_token: 'room-secret',
    }),
  );
  const seen = JSON.stringify(
    spans
      .getFinishedSpans()
      .map(({ name, attributes, events, status }: ReadableSpan) => ({ name, attributes, events, status })),
  );
  expect(seen).toContain(acme.name);
  expect(seen).not.toContain(KEY);
  expect(seen).not.toContain('room-secret');
});
