import { readAnswer, type Outcome, type Success } from './answer-reading.ts';
import { faultOfKey } from './api-key.ts';
import { attempt } from './attempt.ts';
import { createError, type AvatarError, type StoppedBy } from './errors.ts';
import { abortFailure, timeoutFailure, type Failure } from './failure.ts';
import type { CallEvent } from './hooks.ts';
import type { Issue } from './issue.ts';
import { fieldsOf } from './json-fields.ts';
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
import { decide, mayRepeat } from './retry-policy.ts';
import type { Transport, WireAnswer, WireRequest } from './transport/transport.ts';
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
  /** Attempts begun. */
  attempts: number;
  attemptStartedAt: number;
  /** Attempts that were answered with 500. */
  serverErrors: number;
}

class VendorCaller implements Caller {
  readonly #vendor: Vendor;
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #runtime: Runtime;
  readonly #reporter: Reporter;
  readonly #userAgent: string;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(vendor: Vendor, settings: Settings, transport: Transport, runtime: Runtime) {
    this.#vendor = vendor;
    this.#settings = settings;
    this.#transport = transport;
    this.#runtime = runtime;
    this.#reporter = new Reporter(settings.hooks, settings.logger, settings.logLevel);
    this.#userAgent = `${vendor.name}-server-client`;
  }

  call<Input, Answer, Result = Answer>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options: CallOptions = NO_OPTIONS,
  ): Promise<Result> {
    const running = this.#run(operation, input, options);
    const ended = (): void => {
      this.#underWay.delete(running);
    };
    this.#underWay.add(running);
    running.then(ended, ended);
    return running;
  }

  /** Attempt after attempt, until one succeeds or none may follow. Awaits nothing else when all goes well. */
  async #run<Input, Answer, Result>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options: CallOptions,
  ): Promise<Result> {
    const call = this.#begin(operation, input, options);
    if (operation.credential === 'api_key') {
      const { apiKey } = this.#settings;
      call.key = typeof apiKey === 'string' ? apiKey : await this.#ask(call, apiKey);
    }
    const request = this.#request(call);
    let permit: RetryPermit | undefined;
    for (;;) {
      const exchanged = await this.#attempt(call, request);
      const outcome = 'failure' in exchanged ? exchanged : this.#read(call, exchanged.answer);
      if ('data' in outcome) {
        if (call.attempts === 1) this.#settings.retryBudget?.noteSuccess();
        permit?.payBack();
        return this.#result(call, outcome);
      }
      permit = await this.#pause(call, outcome.failure);
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#transport.close());
    return this.#closing;
  }

  /** Checks what was given; throws before anything is sent. */
  #begin<Input, Answer, Result>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options: CallOptions,
  ): Call<Input, Answer, Result> {
    if (this.#closing !== undefined)
      throw refusalFor(this.#vendor)('client', 'was closed and takes no more calls');
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
      attempts: 0,
      attemptStartedAt: startedAt,
      serverErrors: 0,
    };
    const issues = issuesOf(operation, input);
    if (issues.length > 0) {
      const list = issues.map(({ path, message }) => `${path || 'the request'} ${message}`).join('; ');
      const message = `the request was not sent: ${list}`;
      throw this.#error(call, { code: 'invalid_request', message, repeat: 'never', issues }, 'not_retryable');
    }
    this.#refuseAborted(call);
    return call;
  }

  /** Asks the function that was given for a key. */
  async #ask<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    apiKey: Exclude<Settings['apiKey'], string>,
  ): Promise<string> {
    const { deadlineMs } = call.limits;
    const remainingMs = call.deadlineAt - this.#runtime.now();
    const asked = await askForKey(apiKey, { remainingMs, deadlineMs, signal: call.signal });
    if ('key' in asked) {
      this.#refuseAborted(call);
      // A function that blocked may have used up the time, and no timer could say so.
      if (this.#runtime.now() < call.deadlineAt) return asked.key;
      throw this.#error(call, timeoutFailure('deadline', deadlineMs, undefined), 'deadline');
    }
    const { failure } = asked;
    const late = failure.scope === 'deadline' ? 'deadline' : 'not_retryable';
    throw this.#error(call, failure, failure.code === 'aborted' ? 'aborted' : late);
  }

  #request<Input, Answer, Result>(call: Call<Input, Answer, Result>): WireRequest {
    const { operation, input, options, event, key } = call;
    const { origin, basePath } = this.#settings;
    const { credential } = operation;
    const bearer = typeof credential === 'object' ? String(input[credential.bearer]) : undefined;
    try {
      return wireRequest(operation, input, options, {
        origin,
        basePath,
        userAgent: this.#userAgent,
        credential:
          bearer === undefined
            ? key === undefined
              ? undefined
              : this.#vendor.apiKeyHeader(key)
            : ['authorization', `Bearer ${bearer}`],
        requestId: event.requestId,
      });
    } catch (cause) {
      // JSON has no bigint and no circle, and a path no half of a character.
      const message = 'the request was not sent: it cannot be written as JSON, or not its path as a URL';
      throw this.#error(call, { code: 'invalid_request', message, repeat: 'never', cause }, 'not_retryable');
    }
  }

  /** Begins one exchange, within what is left of the call's time. */
  #attempt<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    request: WireRequest,
  ): ReturnType<typeof attempt> {
    const { limits, event, signal, operation } = call;
    const { method, path } = operation;
    call.attempts++;
    call.attemptStartedAt = this.#runtime.now();
    const remainingMs = call.deadlineAt - call.attemptStartedAt;
    this.#reporter.request(event, { attempt: call.attempts, method, path });
    return remainingMs < limits.attemptTimeoutMs
      ? attempt(this.#transport, request, {
          timeoutMs: remainingMs,
          scope: 'deadline',
          namedMs: limits.deadlineMs,
          signal,
        })
      : attempt(this.#transport, request, {
          timeoutMs: limits.attemptTimeoutMs,
          scope: 'attempt',
          namedMs: limits.attemptTimeoutMs,
          signal,
        });
  }

  #read<Input, Answer, Result>(call: Call<Input, Answer, Result>, answer: WireAnswer): Outcome<Answer> {
    const { operation, event, attempts } = call;
    const { method, path } = operation;
    const { status } = answer;
    const elapsedMs = this.#runtime.now() - call.attemptStartedAt;
    this.#reporter.response(event, { attempt: attempts, method, path, status, elapsedMs });
    return readAnswer(this.#vendor, operation.answer, answer, (text) => redactFor(call, text));
  }

  #result<Input, Answer, Result>(
    { operation, event }: Call<Input, Answer, Result>,
    { data, raw, date }: Success<Answer>,
  ): Result {
    this.#reporter.drift(event, () => operation.answer.driftOf(raw));
    // Without a function that makes one of the answer, the result is the answer: the types say so.
    return operation.result === undefined
      ? (data as unknown as Result)
      : operation.result(data, { date: date() });
  }

  /** Decides whether the call goes on, and waits if so. Throws if not. */
  async #pause<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    failure: Failure,
  ): Promise<RetryPermit | undefined> {
    const { retryBudget } = this.#settings;
    const { now, random } = this.#runtime;
    const { attempts, event, signal, deadlineAt, operation, limits } = call;
    if (failure.status === 500) call.serverErrors++;
    const verdict = decide(
      failure,
      {
        attempts,
        maxAttempts: limits.maxAttempts,
        serverErrors: call.serverErrors,
        safe: operation.repeat === 'safe',
        remainingMs: deadlineAt - now(),
      },
      random,
    );
    if ('stoppedBy' in verdict) throw this.#error(call, failure, verdict.stoppedBy);
    const permit = retryBudget?.take();
    if (retryBudget !== undefined && permit === undefined) {
      this.#reporter.budgetExhausted(event, attempts);
      throw this.#error(call, failure, 'budget');
    }
    const { delayMs } = verdict;
    const { code, status } = failure;
    this.#reporter.retry(event, { attempt: attempts, delayMs: Math.round(delayMs), code, status });
    await wait(delayMs, signal);
    // A timer may fire late, and an attempt without time left could only fail.
    const late = now() >= deadlineAt;
    // A retry that is not made costs nothing.
    if (late || signal?.aborted === true) permit?.payBack();
    this.#refuseAborted(call);
    if (late) throw this.#error(call, failure, 'deadline');
    return permit;
  }

  #refuseAborted<Input, Answer, Result>(call: Call<Input, Answer, Result>): void {
    if (call.signal?.aborted === true) throw this.#error(call, abortFailure(call.signal.reason), 'aborted');
  }

  #error<Input, Answer, Result>(
    call: Call<Input, Answer, Result>,
    failure: Failure,
    stoppedBy: StoppedBy,
  ): AvatarError {
    const { event, operation, startedAt, attempts } = call;
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

/** What keeps an input from being sent. */
function issuesOf<Input, Answer, Result>(
  { request, credential, path }: Operation<Input, Answer, Result>,
  input: Input,
): readonly Issue[] {
  const issues = request.issuesOf(input);
  if (issues.length > 0) return issues;
  if (typeof credential === 'object') {
    const fault = faultOfKey(input[credential.bearer]);
    if (fault !== undefined) return [{ path: credential.bearer, message: fault }];
  }
  // As a segment of a path these name nothing, but lead to another path.
  const astray = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name).filter((name) =>
    ['', '.', '..'].includes(String(fieldsOf(input)[name])),
  );
  return astray.map((name) => ({ path: name, message: 'must not be empty or consist of dots' }));
}

/** Removes the call's own secrets from a text. */
function redactFor<Input, Answer, Result>(call: Call<Input, Answer, Result>, text: string): string {
  const { key, input, options } = call;
  return redact(text, [
    ...(key === undefined ? [] : [key]),
    ...secretsIn(input),
    ...secretsIn(options.extraBody),
    ...secretsIn(options.headers),
  ]);
}
