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
  type Histogram,
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

/** An exchange under way. */
interface Attempt {
  readonly span: Span;
  readonly startedAt: number;
  /** What span and measure both say of it. */
  readonly attributes: Attributes;
}

/** What of a call is not ended yet. */
interface Open {
  readonly call: Span;
  attempt: Attempt | undefined;
}

const NAME = '@org/core';

// The bounds that the conventions advise for durations in seconds.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Hooks that record one span for each call, with a client span for each of its attempts as its children, and the
 * histogram `http.client.request.duration`, in which an exchange without an answer counts too. The call's span is a
 * child of whatever span is active where it is made.
 *
 * @example
 * const simli = new Simli({ hooks: openTelemetryHooks() });
 */
export function openTelemetryHooks(options: OpenTelemetryOptions = {}): Hooks {
  const tracer = (options.tracerProvider ?? trace.getTracerProvider()).getTracer(NAME);
  const duration = durationOf(() => options.meterProvider ?? metrics.getMeterProvider());
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

  // An attempt that its answer has ended is not there any more when a retry or an error ends it again.
  const endAttempt = (event: CallEvent, errorType: string | undefined, status?: number): void => {
    const opened = running.get(event.requestId);
    if (opened?.attempt === undefined) return;
    const { span, startedAt, attributes } = opened.attempt;
    opened.attempt = undefined;
    const outcome = {
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
      ...(errorType === undefined ? {} : { 'error.type': errorType }),
    };
    duration().record((performance.now() - startedAt) / 1_000, { ...attributes, ...outcome });
    if (errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttributes(outcome).end();
  };

  return {
    onRequest: (event) => {
      const opened = open(event);
      const attributes = requestAttributes(event);
      const span = tracer.startSpan(
        `${event.method} ${event.path}`,
        { kind: SpanKind.CLIENT, attributes: { ...attributes, ...spanAttributes(event) } },
        trace.setSpan(context.active(), opened.call),
      );
      opened.attempt = { span, startedAt: performance.now(), attributes };
    },
    onResponse: (event) => {
      endAttempt(event, event.status >= 400 ? String(event.status) : undefined, event.status);
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
      call.setStatus({ code: SpanStatusCode.ERROR });
      call
        .setAttributes({
          'error.type': error.code,
          'avatar.attempts': error.attempts,
          'avatar.stopped_by': error.stoppedBy,
        })
        .end();
    },
  };
}

/** The histogram of whichever provider there is: unlike a tracer, one from before the SDK is set up does nothing for good. */
function durationOf(current: () => MeterProvider): () => Histogram {
  let provider: MeterProvider | undefined;
  let histogram: Histogram | undefined;
  return () => {
    const now = current();
    if (histogram !== undefined && provider === now) return histogram;
    provider = now;
    histogram = now.getMeter(NAME).createHistogram('http.client.request.duration', {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    });
    return histogram;
  };
}

/** Those of few values, by which measures may be told apart. */
function requestAttributes({ method, path, url }: RequestEvent): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return {
    'http.request.method': method,
    'url.template': path,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'url.scheme': protocol.slice(0, -1),
  };
}

function spanAttributes({ url, attempt }: RequestEvent): Attributes {
  return {
    'url.full': url,
    ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
  };
}
