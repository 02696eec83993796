/**
 * Spans and metrics in OpenTelemetry's semantic conventions for HTTP clients, under `@org/core/opentelemetry`.
 *
 * @module
 */
import {
  context,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type MeterProvider,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import type { CallEvent, Hooks, RequestEvent } from './hooks.ts';

/** Where spans and metrics go. */
export interface OpenTelemetryOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** What of a call is not ended yet. */
interface Open {
  readonly call: Span;
  attempt: Span | undefined;
}

const NAME = '@org/core';

// The bounds that the conventions advise for durations in seconds.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Hooks that record one span for each call, with a client span for each of its attempts as its children, and the
 * histogram `http.client.request.duration`. The call's span is a child of whatever span is active where it is made.
 *
 * @example
 * const simli = new Simli({ hooks: openTelemetryHooks() });
 */
export function openTelemetryHooks(options: OpenTelemetryOptions = {}): Hooks {
  const tracer = (options.tracerProvider ?? trace.getTracerProvider()).getTracer(NAME);
  const duration = (options.meterProvider ?? metrics.getMeterProvider())
    .getMeter(NAME)
    .createHistogram('http.client.request.duration', {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    });
  const running = new Map<string, Open>();

  const open = (event: CallEvent): Open => {
    const known = running.get(event.requestId);
    if (known !== undefined) return known;
    const call = tracer.startSpan(`${event.vendor} ${event.operation}`, {
      kind: SpanKind.INTERNAL,
      attributes: { 'avatar.vendor': event.vendor, 'avatar.operation': event.operation },
    });
    const opened = { call, attempt: undefined };
    running.set(event.requestId, opened);
    return opened;
  };

  const endAttempt = ({ requestId }: CallEvent, errorType: string | undefined): void => {
    const opened = running.get(requestId);
    if (opened?.attempt === undefined) return;
    if (errorType !== undefined) fail(opened.attempt, errorType);
    opened.attempt.end();
    opened.attempt = undefined;
  };

  return {
    onRequest: (event) => {
      const opened = open(event);
      opened.attempt = tracer.startSpan(
        `${event.method} ${event.path}`,
        { kind: SpanKind.CLIENT, attributes: requestAttributes(event) },
        trace.setSpan(context.active(), opened.call),
      );
    },
    onResponse: (event) => {
      const failed = event.status >= 400 ? String(event.status) : undefined;
      running.get(event.requestId)?.attempt?.setAttribute('http.response.status_code', event.status);
      endAttempt(event, failed);
      duration.record(event.elapsedMs / 1_000, {
        'http.request.method': event.method,
        'url.template': event.path,
        ...serverAttributes(event.url),
        'http.response.status_code': event.status,
        ...(failed === undefined ? {} : { 'error.type': failed }),
      });
    },
    onRetry: (event) => {
      endAttempt(event, event.code);
      running.get(event.requestId)?.call.addEvent('retry', { 'avatar.retry.delay_ms': event.delayMs });
    },
    onSuccess: ({ requestId, attempts }) => {
      const opened = running.get(requestId);
      running.delete(requestId);
      opened?.call.setAttribute('avatar.attempts', attempts).end();
    },
    onError: (event) => {
      const { error, requestId } = event;
      // A call that is refused before its first attempt has a span all the same.
      const { call } = open(event);
      endAttempt(event, error.code);
      running.delete(requestId);
      fail(call, error.code);
      call.setAttributes({ 'avatar.attempts': error.attempts, 'avatar.stopped_by': error.stoppedBy }).end();
    },
  };
}

function fail(span: Span, errorType: string): void {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function requestAttributes({ method, path, url, attempt }: RequestEvent): Attributes {
  return {
    'http.request.method': method,
    'url.full': url,
    'url.template': path,
    ...serverAttributes(url),
    ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
  };
}

function serverAttributes(url: string): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return {
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'url.scheme': protocol.slice(0, -1),
  };
}
