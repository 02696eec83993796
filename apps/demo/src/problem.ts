/** What went wrong, for a person to read: what happened, what to do about it, and a code to look it up by. */
export class Problem extends Error {
  override readonly name: string = 'Problem';
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** The part that problems and the token server's errors share. */
export interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** Any error in words. What nobody foresaw keeps its own, and says so. */
export function told(error: unknown): Told {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'hint' in error) {
    return error as Error & Told;
  }
  return {
    code: 'unexpected',
    message: 'Something happened that this page did not expect.',
    hint: error instanceof Error && error.message !== '' ? error.message : String(error),
  };
}
