import type { AvatarError } from './errors.ts';
import type { CallEvent, Hooks, RequestEvent, ResponseEvent, RetryEvent } from './hooks.ts';
import { LOG_LEVELS, type Logger, type LogLevel } from './logger.ts';

/** What an event says beside which call it belongs to. */
type Details<Event extends CallEvent> = Omit<Event, keyof CallEvent>;

/**
 * Tells hooks and logger what a call does. The one place that calls either, so that whatever they throw stays here.
 */
export class Reporter {
  readonly #hooks: Hooks;
  readonly #logger: Logger | undefined;
  readonly #level: number;
  readonly #driftTold = new Set<string>();
  #failureTold = false;

  constructor(hooks: Hooks, logger: Logger | undefined, logLevel: LogLevel) {
    this.#hooks = hooks;
    this.#logger = logger;
    this.#level = LOG_LEVELS.indexOf(logLevel);
  }

  request(call: CallEvent, details: Details<RequestEvent>): void {
    if (this.#hooks.onRequest !== undefined) this.#call(this.#hooks.onRequest, { ...call, ...details });
  }

  response(call: CallEvent, details: Details<ResponseEvent>): void {
    if (this.#hooks.onResponse !== undefined) this.#call(this.#hooks.onResponse, { ...call, ...details });
    if (this.#logs('debug')) this.#log('debug', 'answered', { ...call, ...details });
  }

  retry(call: CallEvent, details: Details<RetryEvent>): void {
    const event = { ...call, ...details };
    this.#call(this.#hooks.onRetry, event);
    this.#log('info', 'repeating', event);
  }

  budgetExhausted(call: CallEvent, attempt: number): void {
    const event = { ...call, attempt };
    this.#call(this.#hooks.onBudgetExhausted, event);
    this.#log('warn', 'the retry budget is exhausted', event);
  }

  error(call: CallEvent, error: AvatarError): void {
    this.#call(this.#hooks.onError, { ...call, error });
    this.#log('error', 'failed', { ...call, error: error.toJSON() });
  }

  /** @param find walks through the answer, and is only called when somebody would hear of it */
  drift(call: CallEvent, find: () => readonly string[]): void {
    if (this.#hooks.onSchemaDrift === undefined && !this.#logs('warn')) return;
    const key = (difference: string): string => `${call.operation} ${difference}`;
    const differences = find().filter((difference) => !this.#driftTold.has(key(difference)));
    if (differences.length === 0) return;
    for (const difference of differences) this.#driftTold.add(key(difference));
    const event = { ...call, differences };
    this.#call(this.#hooks.onSchemaDrift, event);
    this.#log('warn', 'the answer differs from what is known of it', event);
  }

  #call<Event>(hook: ((event: Event) => unknown) | undefined, event: Event): void {
    if (hook === undefined) return;
    try {
      const returned = hook(event);
      // An async function is a legal hook, and its rejection would otherwise end the process.
      if (returned instanceof Promise) returned.catch(this.#tellHookFailed);
    } catch {
      this.#tellHookFailed();
    }
  }

  // What a hook threw is not shown: it may hold whatever the hook was working with.
  readonly #tellHookFailed = (): void => {
    if (this.#failureTold) return;
    this.#failureTold = true;
    const message = 'a hook threw; the call goes on without it (told once)';
    if (this.#logger === undefined) console.warn(`@org/core: ${message}`);
    else this.#log('warn', message, {});
  };

  #logs(level: Exclude<LogLevel, 'off'>): boolean {
    return this.#logger !== undefined && LOG_LEVELS.indexOf(level) >= this.#level;
  }

  #log(level: Exclude<LogLevel, 'off'>, message: string, fields: object): void {
    if (!this.#logs(level)) return;
    try {
      this.#logger?.[level](message, { ...fields });
    } catch {
      // A logger that throws has nobody left to tell.
    }
  }
}
