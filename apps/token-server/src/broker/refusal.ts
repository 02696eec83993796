import { Untraced } from '../untraced.ts';

export type RefusalCode =
  | 'preset_not_found'
  | 'preset_forbidden'
  | 'override_refused'
  | 'too_many_requests'
  | 'too_many_sessions'
  | 'minutes_used_up'
  | 'killed'
  | 'key_reused'
  | 'key_in_use'
  | 'session_not_found'
  | 'session_over'
  | 'vendor_line_full'
  | 'vendor_paused';

/** What a caller is not given, and why. Everything in it is for the caller to read. */
export class Refusal extends Untraced {
  override readonly name: string = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: string;
  /** The limit that was reached, in a word. */
  readonly limit: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: RefusalCode,
    detail: string,
    { limit, retryAfterMs }: { limit?: string; retryAfterMs?: number | undefined } = {},
  ) {
    super(detail);
    this.code = code;
    this.detail = detail;
    this.limit = limit;
    this.retryAfterMs = retryAfterMs;
  }
}
