import { readAnswer, type Success } from './answer-reading.ts';
import { attempt } from './attempt.ts';
import { headersOf, resolveCall, type CallSettings } from './call-options.ts';
import { eventOf, refusalOf } from './call-refusal.ts';
import { secretsOf } from './call-secrets.ts';
import { copyOfCause, wordlessCopyOf } from './cause.ts';
import { HINTS_WITHOUT_KEY } from './error-codes.ts';
import { createError, isAvatarError, type AvatarError, type StoppedBy } from './errors.ts';
import { abortFailure, timeoutFailure, type Failure } from './failure.ts';
import type { CallEvent } from './hooks.ts';
import { sentenceOf } from './issue.ts';
import { askForKey } from './key-asking.ts';
import type { Operation } from './operation.ts';
import type { CallOptions, Settings } from './options.ts';
import { redact } from './redact.ts';
import type { RetryPermit } from './retry-budget.ts';
import { decide, mayRepeat } from './retry-policy.ts';
import type { Shared } from './shared.ts';
import type { Header, WireAnswer, WireRequest } from './transport/transport.ts';
import { wait } from './wait.ts';
import { urlOf, wireRequest, type Draft } from './wire-request.ts';
import { within } from './within.ts';

/** What the caller gets, and what it was read from; or a failure. */
type Read<Result> = { readonly result: Result; readonly raw: unknown } | { readonly failure: Failure };

/** One call, from its check to its result. */
export class RunningCall<Input, Answer, Result> {
  readonly #shared: Shared;
  readonly #operation: Operation<Input, Answer, Result>;
  /** The caller's own until the request is written, from then on a copy. */
  #input: Input;
  readonly #extraBody: CallOptions['extraBody'];
  readonly #signal: AbortSignal | undefined;
  readonly #headers: ReturnType<typeof headersOf>;
  readonly #limits: CallSettings;
  readonly #event: CallEvent;
  readonly #startedAt: number;
  readonly #deadlineAt: number;
  /** The API key, once it is known. */
  #key: string | undefined;
  /** The header that proves who calls, once it is known. */
  #credential: Header | undefined;
  #request: Draft | undefined;
  #secrets: readonly string[] | undefined;
  /** Attempts begun. */
  #attempts = 0;
  #attemptStartedAt = 0;
  /** Attempts that were answered with 500. */
  #serverErrors = 0;

  /** @throws ConfigurationError for a bad option of this call */
  constructor(
    shared: Shared,
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options: CallOptions | undefined,
  ) {
    const { vendor, settings, runtime } = shared;
    this.#shared = shared;
    this.#operation = operation;
    this.#input = input;
    this.#event = eventOf(vendor, operation);
    const refuse = refusalOf(shared, this.#event);
    try {
      this.#limits = options === undefined ? settings : resolveCall(shared, options, operation, refuse);
      this.#headers = headersOf(options);
      this.#extraBody = options?.extraBody;
      this.#signal = options?.signal ?? undefined;
    } catch (thrown) {
      throw isAvatarError(thrown) ? thrown : refuse('options', 'cannot be read');
    }
    this.#startedAt = runtime.now();
    this.#deadlineAt = this.#startedAt + this.#limits.deadlineMs;
  }

  /** Attempt after attempt, until one succeeds or none may follow. Awaits nothing else when all goes well. */
  async run(): Promise<Result> {
    this.#check();
    const request = this.#write();
    if (this.#operation.credential === 'api_key') {
      const { apiKey } = this.#shared.settings;
      this.#key = typeof apiKey === 'string' ? apiKey : await this.#ask(apiKey);
    }
    this.#prove(request);
    let permit: RetryPermit | undefined;
    for (;;) {
      const exchanged = await this.#attempt(request);
      const outcome = 'failure' in exchanged ? exchanged : this.#read(request, exchanged.answer);
      if ('result' in outcome) {
        this.#succeeded(outcome.raw, permit);
        return outcome.result;
      }
      const { failure } = outcome;
      const delayMs = this.#delayAfter(failure);
      permit = this.#permitAfter(failure);
      await this.#wait(delayMs, failure, permit);
    }
  }

  /** The same after a turn that never rejects; sends nothing where that says that nothing is left to do. */
  async runInTurn(turn: Promise<boolean>): Promise<Result | undefined> {
    this.#refuseAborted();
    return (await this.#within(turn)) ? this.run() : undefined;
  }

  /** Throws for what keeps the call from being sent at all. */
  #check(): void {
    const issues = this.#orUnsent('checking it failed', () => this.#operation.request.issuesOf(this.#input));
    if (issues.length > 0) {
      const message = `the request was not sent: ${sentenceOf(issues, 'the request')}`;
      throw this.#error({ code: 'invalid_request', message, repeat: 'never', issues }, 'not_retryable');
    }
    this.#refuseAborted();
  }

  /** Asks the function that was given for a key. */
  async #ask(apiKey: Exclude<Settings['apiKey'], string>): Promise<string> {
    const asked = await this.#within(askForKey(apiKey));
    if ('key' in asked) return asked.key;
    throw this.#error(asked.failure, 'not_retryable');
  }

  /** Waits for what never rejects, before anything is sent. Throws if the call's time is over by then. */
  async #within<Value>(coming: Promise<Value>): Promise<Value> {
    const { now } = this.#shared.runtime;
    const { deadlineMs } = this.#limits;
    const remainingMs = Math.max(0, this.#deadlineAt - now());
    const waited = await within(coming, { remainingMs, signal: this.#signal });
    this.#refuseAborted();
    // Whatever blocked meanwhile may have used up the time, and no timer could say so.
    if (waited !== undefined && now() < this.#deadlineAt) return waited.value;
    throw this.#error(timeoutFailure('deadline', deadlineMs, undefined), 'deadline');
  }

  /** Writes what was just checked, before anything is awaited: its owner may change it meanwhile. */
  #write(): Draft {
    const { settings, userAgent } = this.#shared;
    const { origin, basePath } = settings;
    const { requestId } = this.#event;
    const additions = { headers: this.#headers, extraBody: this.#extraBody };
    const base = { origin, basePath, userAgent, requestId };
    // JSON has no bigint and no circle, and a path no half of a character.
    return this.#orUnsent('it cannot be written as JSON, or not its path as a URL', () => {
      this.#request = wireRequest(this.#operation, this.#input, additions, base);
      this.#input = { ...this.#input };
      return this.#request;
    });
  }

  /** Adds the header that proves who calls, where the operation needs one. */
  #prove({ headers }: Draft): void {
    const { credential } = this.#operation;
    if (typeof credential === 'object') {
      this.#credential = ['authorization', `Bearer ${String(this.#input[credential.bearer])}`];
    }
    const key = this.#key;
    if (key !== undefined) {
      this.#credential = this.#orUnsent('its key cannot be put into a header', () =>
        this.#shared.vendor.apiKeyHeader(key),
      );
    }
    if (this.#credential !== undefined) headers[this.#credential[0]] = this.#credential[1];
  }

  /** What `make` makes of the request. What it throws, of the caller's own or the vendor package's, fails the call. */
  #orUnsent<Made>(otherwise: string, make: () => Made): Made {
    try {
      return make();
    } catch (cause) {
      const message = `the request was not sent: ${otherwise}`;
      throw this.#error({ code: 'invalid_request', message, repeat: 'never', cause }, 'not_retryable');
    }
  }

  /** Begins one exchange, within what is left of the call's time. */
  #attempt(request: WireRequest): ReturnType<typeof attempt> {
    const { runtime, reporter, transport } = this.#shared;
    const { attemptTimeoutMs, deadlineMs } = this.#limits;
    this.#attempts++;
    this.#attemptStartedAt = runtime.now();
    const remainingMs = this.#deadlineAt - this.#attemptStartedAt;
    if (reporter.hears('onRequest')) reporter.request(this.#event, this.#exchange(request));
    const isLast = remainingMs < attemptTimeoutMs;
    return attempt(transport, request, {
      timeoutMs: isLast ? remainingMs : attemptTimeoutMs,
      scope: isLast ? 'deadline' : 'attempt',
      namedMs: isLast ? deadlineMs : attemptTimeoutMs,
      signal: this.#signal,
    });
  }

  /** What an answer came to. Whatever the vendor's package throws while it reads one makes it unreadable. */
  #read(request: WireRequest, answer: WireAnswer): Read<Result> {
    const { vendor, reporter, runtime } = this.#shared;
    const { status } = answer;
    if (reporter.hears('onResponse')) {
      const elapsedMs = runtime.now() - this.#attemptStartedAt;
      reporter.response(this.#event, { ...this.#exchange(request), status, elapsedMs });
    }
    try {
      const outcome = readAnswer(vendor, this.#operation.answer, answer, this.#redact);
      return 'failure' in outcome ? outcome : { result: this.#resultOf(outcome), raw: outcome.raw };
    } catch (thrown) {
      // It may quote the answer, in which there is a token as a rule.
      const cause = wordlessCopyOf(thrown);
      const message = `answered ${status}, and reading that failed`;
      return { failure: { code: 'invalid_response', message, repeat: 'never', status, cause } };
    }
  }

  /** What events say of the exchange under way. */
  #exchange(request: WireRequest): { attempt: number; method: string; path: string; url: string } {
    const { method, path } = this.#operation;
    return { attempt: this.#attempts, method, path, url: urlOf(request) };
  }

  #resultOf({ data, date }: Success<Answer>): Result {
    const { result } = this.#operation;
    // Without a function that makes one of the answer, the result is the answer: the types say so.
    if (result === undefined) return data as unknown as Result;
    return result(data, {
      get date() {
        return date();
      },
    });
  }

  /** Tells of the success. Nothing here may fail it: a session that is billed may hang on its result. */
  #succeeded(raw: unknown, permit: RetryPermit | undefined): void {
    const { reporter, runtime, settings } = this.#shared;
    if (this.#attempts === 1) reporter.quietly(() => settings.retryBudget?.noteSuccess());
    reporter.quietly(() => permit?.payBack());
    const elapsedMs = runtime.now() - this.#startedAt;
    reporter.success(this.#event, { attempts: this.#attempts, elapsedMs });
    // A map may have what was sent among the names of its fields.
    reporter.drift(this.#event, () => this.#operation.answer.driftOf(raw).map(this.#redact));
  }

  /** How long to wait before another attempt. Throws if none may follow. */
  #delayAfter(failure: Failure): number {
    const { runtime } = this.#shared;
    if (failure.status === 500) this.#serverErrors++;
    const verdict = decide(
      failure,
      {
        attempts: this.#attempts,
        maxAttempts: this.#limits.maxAttempts,
        serverErrors: this.#serverErrors,
        safe: this.#operation.repeat === 'safe',
        remainingMs: this.#deadlineAt - runtime.now(),
      },
      runtime.random,
    );
    if ('stoppedBy' in verdict) throw this.#error(failure, verdict.stoppedBy);
    return verdict.delayMs;
  }

  /** What the budget gives for another attempt; nothing where there is no budget. Throws if it has none left. */
  #permitAfter(failure: Failure): RetryPermit | undefined {
    const { settings, reporter } = this.#shared;
    const permit = reporter.quietly(() => settings.retryBudget?.take());
    if (settings.retryBudget === undefined || permit !== undefined) return permit;
    reporter.budgetExhausted(this.#event, { attempt: this.#attempts });
    throw this.#error(failure, 'budget');
  }

  /** Waits for another attempt. Throws if it can no longer be made. */
  async #wait(delayMs: number, failure: Failure, permit: RetryPermit | undefined): Promise<void> {
    const { runtime, reporter } = this.#shared;
    const { code, status } = failure;
    const signal = this.#signal;
    reporter.retry(this.#event, { attempt: this.#attempts, delayMs: Math.round(delayMs), code, status });
    await wait(delayMs, signal);
    // A timer may fire late, and an attempt without time left could only fail.
    const late = runtime.now() >= this.#deadlineAt;
    // A retry that is not made costs nothing.
    if (late || signal?.aborted === true) reporter.quietly(() => permit?.payBack());
    this.#refuseAborted();
    if (late) throw this.#error(failure, 'deadline');
  }

  #refuseAborted(): void {
    const signal = this.#signal;
    if (signal?.aborted === true) throw this.#error(abortFailure(signal.reason), 'aborted');
  }

  #error(failure: Failure, stoppedBy: StoppedBy): AvatarError {
    const { runtime, reporter } = this.#shared;
    const { vendor, operation } = this.#event;
    const error = createError({
      ...failure,
      ...this.#event,
      message: `${vendor} ${operation}: ${this.#redact(failure.message)}`,
      // The reason of an abort is the caller's own word to himself.
      cause: failure.code === 'aborted' ? failure.cause : copyOfCause(failure.cause, this.#redact),
      hint: this.#hintFor(failure),
      retryable: mayRepeat(failure, this.#operation.repeat === 'safe'),
      attempts: this.#attempts,
      elapsedMs: Math.round(runtime.now() - this.#startedAt),
      stoppedBy,
    });
    reporter.error(this.#event, error);
    return error;
  }

  /** What to do, where the code's own hint would be about a key that this call never carried. */
  #hintFor({ code }: Failure): string | undefined {
    const { credential } = this.#operation;
    if (code !== 'invalid_key' || credential === 'api_key') return undefined;
    return credential === 'none' ? HINTS_WITHOUT_KEY.nothing : HINTS_WITHOUT_KEY.token;
  }

  /** Removes the call's own secrets from a text. First asked when all of them are known, or the call is over. */
  readonly #redact = (text: string): string => {
    this.#secrets ??= secretsOf({
      key: this.#key,
      credential: this.#credential,
      headers: this.#headers,
      input: this.#input,
      extraBody: this.#extraBody,
      request: this.#request,
    });
    return redact(text, this.#secrets);
  };
}
