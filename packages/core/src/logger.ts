/**
 * Where a client may write. `console` is one; a logger that wants the fields first, such as pino, must be turned round.
 * What is written never holds a body, a key or a token.
 */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The least severe level that is written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'off';

/** What a logger must be able to do. */
export const LOG_METHODS: readonly (keyof Logger)[] = ['debug', 'info', 'warn', 'error'];

/** From the most talkative to none. */
export const LOG_LEVELS: readonly LogLevel[] = [...LOG_METHODS, 'off'];
