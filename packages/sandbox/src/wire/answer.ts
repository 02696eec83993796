/** An answer before it is written: a string body is text, any other is JSON, none is none. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the journal, and not for the caller. */
  readonly note?: string;
}
