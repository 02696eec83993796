import type { AvatarError } from './errors.ts';
import { HOOK_NAMES, type CallEvent, type Hooks } from './hooks.ts';
import { LOG_LEVELS, type Logger, type LogLevel } from './logger.ts';

/** What the hook of this name is told. */
type EventOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0];

/** What an event says beside which call it belongs to. */
type Details<Name extends keyof Hooks> = Omit<EventOf<Name>, keyof CallEvent>;

/** Somebody beside the caller's own hooks who may want to know, such as the runtime's diagnostics. */
export interface Observer {
  readonly hears: (name: keyof Hooks) => boolean;
  readonly tell: (name: keyof Hooks, event: CallEvent) => void;
}

// A map with new ids for its names in each answer would be news for ever.
const MOST_DRIFT = 1_000;

/**
 * Tells hooks, observer and logger what a call does. The one place that calls any of them, so that whatever they
 * throw stays here; the retry budget is called through it for the same reason. An event that nobody hears is never made.
 */
export class Reporter {
  readonly #hooks: readonly Hooks[];
  /** The hooks that somebody gave, or that the log stands in for. */
  readonly #heard: ReadonlySet<keyof Hooks>;
  readonly #logger: Logger | undefined;
  readonly #level: number;
  readonly #observer: Observer | undefined;
  readonly #driftTold = new Set<string>();
  #failureTold = false;

  constructor(
    { hooks, logger, logLevel }: { hooks: readonly Hooks[]; logger: Logger | undefined; logLevel: LogLevel },
    observer: Observer | undefined,
  ) {
    this.#hooks = hooks;
    this.#logger = logger;
    this.#level = LOG_LEVELS.indexOf(logLevel);
    this.#observer = observer;
    this.#heard = new Set(
      HOOK_NAMES.filter((name) => hooks.some((one) => one[name] !== undefined)).concat(
        this.#logs('debug') ? ['onResponse'] : [],
      ),
    );
  }

  /** Whether anybody would hear of such an event, so that it need not be made for nobody. */
  hears(name: keyof Hooks): boolean {
    return this.#heard.has(name) || this.#observer?.hears(name) === true;
  }

  request(call: CallEvent, details: Details<'onRequest'>): void {
    this.#tell('onRequest', call, details);
  }

  response(call: CallEvent, details: Details<'onResponse'>): void {
    this.#tell('onResponse', call, details);
    this.#log('debug', `${nameOf(call)}: answered ${details.status}`, { ...call, ...details });
  }

  retry(call: CallEvent, details: Details<'onRetry'>): void {
    this.#tell('onRetry', call, details);
    this.#log('info', `${nameOf(call)}: repeating after ${details.code}`, { ...call, ...details });
  }

  budgetExhausted(call: CallEvent, details: Details<'onBudgetExhausted'>): void {
    this.#tell('onBudgetExhausted', call, details);
    this.#log('warn', `${nameOf(call)}: the retry budget is exhausted`, { ...call, ...details });
  }

  success(call: CallEvent, details: Details<'onSuccess'>): void {
    this.#tell('onSuccess', call, details);
  }

  error(call: CallEvent, error: AvatarError): void {
    this.#tell('onError', call, { error });
    this.#log('error', `${error.message} (${error.code})`, { ...call, error: error.toJSON() });
  }

  /** @param find walks through the answer, and is only called when somebody would hear of it */
  drift(call: CallEvent, find: () => readonly string[]): void {
    if (this.#driftTold.size >= MOST_DRIFT) return;
    if (!this.hears('onSchemaDrift') && !this.#logs('warn')) return;
    const key = (difference: string): string => `${call.operation} ${difference}`;
    const differences = (this.quietly(find) ?? []).filter(
      (difference) => !this.#driftTold.has(key(difference)),
    );
    if (differences.length === 0) return;
    for (const difference of differences) this.#driftTold.add(key(difference));
    this.#tell('onSchemaDrift', call, { differences });
    const news = `${nameOf(call)}: the answer differs from what is known of it`;
    this.#log('warn', news, { ...call, differences });
  }

  #tell<Name extends keyof Hooks>(name: Name, call: CallEvent, details: Details<Name>): void {
    if (!this.hears(name)) return;
    const event = { ...call, ...details };
    if (this.#observer?.hears(name) === true) this.#observer.tell(name, event);
    for (const hooks of this.#hooks)
      this.quietly(() => (hooks[name] as ((event: object) => unknown) | undefined)?.(event));
  }

  /** Runs what no call may hang on: a hook, or the caller's retry budget. What it throws is told of once. */
  quietly<Returned>(run: () => Returned): Returned | undefined {
    try {
      const returned = run();
      // An async function is a legal hook, and its rejection would otherwise end the process.
      if (returned instanceof Promise) returned.catch(this.#tellThrown);
      return returned;
    } catch {
      this.#tellThrown();
      return undefined;
    }
  }

  // What was thrown is not shown: it may hold whatever the hook was working with.
  readonly #tellThrown = (): void => {
    if (this.#failureTold) return;
    this.#failureTold = true;
    const message = 'a hook or the retry budget threw; what it threw is dropped (told once)';
    if (this.#logger !== undefined) this.#log('warn', message, {});
    else if (this.#level < LOG_LEVELS.indexOf('off')) console.warn(`@org/core: ${message}`);
  };

  #logs(level: Exclude<LogLevel, 'off'>): boolean {
    return this.#logger !== undefined && LOG_LEVELS.indexOf(level) >= this.#level;
  }

  #log(level: Exclude<LogLevel, 'off'>, message: string, fields: object): void {
    if (!this.#logs(level)) return;
    try {
      const written = this.#logger?.[level](message, { ...fields }) as unknown;
      if (written instanceof Promise) written.catch(() => undefined);
    } catch {
      // A logger that throws has nobody left to tell.
    }
  }
}

/** Which call it is, as errors say it. In each message, since some loggers drop what comes after one. */
function nameOf({ vendor, operation }: CallEvent): string {
  return `${vendor} ${operation}`;
}
