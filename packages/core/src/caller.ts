import { readAnswer } from './answer-reading.ts';
import { faultOfKey } from './api-key.ts';
import { attempt } from './attempt.ts';
import { createError, type AvatarError, type StoppedBy } from './errors.ts';
import { abortFailure, type Failure } from './failure.ts';
import type { CallEvent } from './hooks.ts';
import { askForKey } from './key-asking.ts';
import type { Operation } from './operation.ts';
import {
  refusalFor,
  resolveCall,
  resolveSettings,
  type CallOptions,
  type CallSettings,
  type ClientOptions,
  type Settings,
} from './options.ts';
import { redact, secretsIn } from './redact.ts';
import { Reporter } from './reporter.ts';
import type { RetryPermit } from './retry-budget.ts';
import { decide, mayRepeat, type Progress } from './retry-policy.ts';
import type { Transport, WireRequest } from './transport/transport.ts';
import type { Vendor } from './vendor.ts';
import { wait } from './wait.ts';
import { wireRequest } from './wire-request.ts';

/** What a vendor's client is built on: runs operations. */
export interface Caller {
  /** Runs one operation to its end. Rejects with an {@link AvatarError} and nothing else. */
  call<Input, Answer, Result = Answer>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options?: CallOptions,
  ): Promise<Result>;
  /** Lets the calls under way end, then closes the connections. Calls made afterwards are refused. */
  close(): Promise<void>;
}

/** Time and chance, so that a test can hold them. */
export interface Runtime {
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
}

// Told by identity from options that a caller gave, which have to be checked.
const NO_OPTIONS: CallOptions = {};

// Of a call that has not begun its first attempt.
const NO_PROGRESS: Progress = { attempts: 0, maxAttempts: 0, serverErrors: 0, safe: false, remainingMs: 0 };

const REAL: Runtime = { now: () => performance.now(), random: () => Math.random() };

/** Makes `createCaller` for a way of opening transports; each door of the package has its own. */
export function callerOver(
  open: (settings: Settings) => Transport,
): (vendor: Vendor, options?: ClientOptions, runtime?: Runtime) => Caller {
  return (vendor, options = {}, runtime = REAL) => {
    const settings = resolveSettings(vendor, options);
    return new VendorCaller(vendor, settings, open(settings), runtime);
  };
}

/** One call under way. */
interface Call<Input, Answer, Result> {
  readonly operation: Operation<Input, Answer, Result>;
  readonly input: Input;
  readonly options: CallOptions;
  readonly event: CallEvent;
  readonly limits: CallSettings;
  readonly signal: AbortSignal | undefined;
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** The API key, once it is known. */
  key: string | undefined;
}

class VendorCaller implements Caller {
  readonly #vendor: Vendor;
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #runtime: Runtime;
  readonly #reporter: Reporter;
  readonly #userAgent: string;
  #closed = false;

  constructor(vendor: Vendor, settings: Settings, transport: Transport, runtime: Runtime) {
    this.#vendor = vendor;
    this.#settings = settings;
    this.#transport = transport;
    this.#runtime = runtime;
    this.#reporter = new Reporter(settings.hooks, settings.logger, settings.logLevel);
    this.#userAgent = `${vendor.name}-server-client`;
  }

  async call<Input, Answer, Result = Answer>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options: CallOptions = NO_OPTIONS,
  ): Promise<Result> {
    if (this.#closed) throw refusalFor(this.#vendor)('client', 'was closed and takes no more calls');
    const limits =
      options === NO_OPTIONS ? this.#settings : resolveCall(this.#vendor, this.#settings, options);
    const startedAt = this.#runtime.now();
    const call: Call<Input, Answer, Result> = {
      operation,
      input,
      options,
      event: { vendor: this.#vendor.name, operation: operation.id, requestId: crypto.randomUUID() },
      limits,
      signal: options.signal,
      startedAt,
      deadlineAt: startedAt + limits.deadlineMs,
      key: undefined,
    };
    this.#check(call);
    this.#refuseAborted(call, 0);
    const credential = await this.#credential(call);
    const { origin, basePath } = this.#settings;
    const { requestId } = call.event;
    const base = { origin, basePath, userAgent: this.#userAgent, credential, requestId };
    return this.#run(call, wireRequest(operation, input, options, base));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#transport.close();
  }

  /** Attempt after attempt, until one succeeds or none may follow. */
  async #run<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    request: WireRequest,
  ): Promise<Result> {
    const { retryBudget } = this.#settings;
    const { now, random } = this.#runtime;
    const safe = call.operation.repeat === 'safe';
    const { maxAttempts } = call.limits;
    let permit: RetryPermit | undefined;
    let serverErrors = 0;
    for (let attempts = 1; ; attempts++) {
      const outcome = await this.#once(call, request, attempts);
      if (!('failure' in outcome)) {
        if (attempts === 1) retryBudget?.noteSuccess();
        permit?.payBack();
        return outcome.result;
      }
      const { failure } = outcome;
      if (failure.status === 500) serverErrors++;
      const remainingMs = call.deadlineAt - now();
      const verdict = decide(failure, { attempts, maxAttempts, serverErrors, safe, remainingMs }, random);
      if ('stoppedBy' in verdict) throw this.#error(call, failure, attempts, verdict.stoppedBy);
      permit = retryBudget?.take();
      if (retryBudget !== undefined && permit === undefined) {
        this.#reporter.budgetExhausted(call.event, attempts);
        throw this.#error(call, failure, attempts, 'budget');
      }
      const { code, status } = failure;
      this.#reporter.retry(call.event, {
        attempt: attempts,
        delayMs: Math.round(verdict.delayMs),
        code,
        status,
      });
      await wait(verdict.delayMs, call.signal);
      this.#refuseAborted(call, attempts);
      // A timer may fire late, and an attempt without time left could only fail.
      if (now() >= call.deadlineAt) throw this.#error(call, failure, attempts, 'deadline');
    }
  }

  /** One attempt, its answer read. */
  async #once<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    request: WireRequest,
    number: number,
  ): Promise<{ readonly result: Result } | { readonly failure: Failure }> {
    const { operation, limits, event } = call;
    const { method, path } = operation;
    const startedAt = this.#runtime.now();
    const remainingMs = call.deadlineAt - startedAt;
    const scope = remainingMs < limits.attemptTimeoutMs ? 'deadline' : 'attempt';
    this.#reporter.request(event, { attempt: number, method, path });
    const exchanged = await attempt(this.#transport, request, {
      timeoutMs: Math.min(limits.attemptTimeoutMs, remainingMs),
      scope,
      namedMs: scope === 'attempt' ? limits.attemptTimeoutMs : limits.deadlineMs,
      signal: call.signal,
    });
    if ('failure' in exchanged) return exchanged;
    const { answer } = exchanged;
    const elapsedMs = this.#runtime.now() - startedAt;
    this.#reporter.response(event, { attempt: number, method, path, status: answer.status, elapsedMs });
    const outcome = readAnswer(this.#vendor, operation.answer, answer, (text) => redactFor(call, text));
    if ('failure' in outcome) return outcome;
    this.#reporter.drift(event, () => operation.answer.driftOf(outcome.raw));
    if (operation.result === undefined) return { result: outcome.data as unknown as Result };
    const date = Date.parse(answer.header('date') ?? '');
    return {
      result: operation.result(outcome.data, { date: Number.isNaN(date) ? new Date() : new Date(date) }),
    };
  }

  #check<Input, Answer, Result>(call: Call<Input, Answer, Result>): void {
    const { operation, input } = call;
    const { credential } = operation;
    let issues = operation.request.issuesOf(input);
    if (issues.length === 0 && typeof credential === 'object') {
      const fault = faultOfKey(input[credential.bearer]);
      if (fault !== undefined) issues = [{ path: credential.bearer, message: fault }];
    }
    if (issues.length === 0) return;
    const list = issues.map(({ path, message }) => `${path || 'the request'} ${message}`).join('; ');
    const message = `the request was not sent: ${list}`;
    throw this.#error(
      call,
      { code: 'invalid_request', message, repeat: 'never', issues },
      0,
      'not_retryable',
    );
  }

  #refuseAborted<Input, Answer, Result>(call: Call<Input, Answer, Result>, attempts: number): void {
    if (call.signal?.aborted !== true) return;
    throw this.#error(call, abortFailure(call.signal.reason), attempts, 'aborted');
  }

  /** The header that proves who calls, where the operation needs one. */
  async #credential<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
  ): Promise<readonly [name: string, value: string] | undefined> {
    const { credential } = call.operation;
    if (credential === 'none') return undefined;
    if (credential !== 'api_key') return ['authorization', `Bearer ${String(call.input[credential.bearer])}`];
    const { apiKey } = this.#settings;
    if (typeof apiKey === 'string') {
      call.key = apiKey;
    } else {
      const { deadlineMs } = call.limits;
      const remainingMs = call.deadlineAt - this.#runtime.now();
      const asked = await askForKey(apiKey, { remainingMs, deadlineMs, signal: call.signal });
      if ('failure' in asked) {
        const verdict = decide(asked.failure, NO_PROGRESS, this.#runtime.random);
        throw this.#error(
          call,
          asked.failure,
          0,
          'stoppedBy' in verdict ? verdict.stoppedBy : 'not_retryable',
        );
      }
      call.key = asked.key;
    }
    return this.#vendor.apiKeyHeader(call.key);
  }

  #error<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    failure: Failure,
    attempts: number,
    stoppedBy: StoppedBy,
  ): AvatarError {
    const { event, operation, startedAt } = call;
    const error = createError({
      ...failure,
      ...event,
      message: `${event.vendor} ${event.operation}: ${redactFor(call, failure.message)}`,
      retryable: mayRepeat(failure, operation.repeat === 'safe'),
      attempts,
      elapsedMs: Math.round(this.#runtime.now() - startedAt),
      stoppedBy,
    });
    this.#reporter.error(event, error);
    return error;
  }
}

/** Removes the call's own secrets from a text. */
function redactFor<Input, Answer, Result>(call: Call<Input, Answer, Result>, text: string): string {
  const { key, input, options } = call;
  return redact(text, [
    ...(key === undefined ? [] : [key]),
    ...secretsIn(input),
    ...secretsIn(options.extraBody),
  ]);
}
