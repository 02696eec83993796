/** Who is put before the faults. */
export interface Contender {
  readonly name: string;
  /** Its packages, whose versions are shown. */
  readonly packages: readonly string[];
  /** The call it makes, with the header that its key travels in. */
  readonly call: string;
  /** Its own option for a timeout, and what that is when nobody sets it. */
  readonly timeout: string;
  readonly dialect: Dialect;
  /** What its operation says of being repeated; others say nothing, and repeat all or none. */
  readonly repeat?: 'safe' | 'unsent-only';
  /** Whether its calls cannot be cancelled. */
  readonly takesNoSignal?: true;
  /** Makes a client with its defaults; only the drills of timeouts set one. Loads no more than this contender needs. */
  readonly open: (url: string, timeoutMs?: number) => Promise<Call>;
}

/** Makes one call, and reads the token out of the answer as a user of the client would. */
export type Call = (signal?: AbortSignal) => Promise<unknown>;

/** How a contender's vendor writes its answers. */
export interface Dialect {
  readonly contentType: string;
  readonly success: (padding?: string) => string;
  readonly failure: string;
}

/** The secret that every contender is given, and that must show up nowhere. */
export const KEY = 'canary-key-0123456789';

/** What a good answer holds; as secret as the key. */
export const TOKEN = 'canary-token-0123456789';

/** Leaves out what is undefined, so that the client's default holds. */
export function given<Options extends object>(
  options: Options,
): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
