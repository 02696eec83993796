import { repeatOf, type Failure } from './failure.ts';
import type { AnswerCheck } from './answer-check.ts';
import { sentenceOf, type Issue } from './issue.ts';
import { textOf } from './json-fields.ts';
import { retryAfterMs } from './retry-after.ts';
import type { WireAnswer } from './transport/transport.ts';
import { codeOfStatus, type Reading, type Refusal, type Vendor, type VendorAnswer } from './vendor.ts';

/** What an answer came to: what was promised, or a failure. */
export type Outcome<Answer> = Success<Answer> | { readonly failure: Failure };

/** An answer that holds what was promised. */
export interface Success<Answer> {
  readonly data: Answer;
  /** What the data was read from. */
  readonly raw: unknown;
  /** When the vendor answered, by its own `Date` header, else by this machine's clock. */
  readonly date: () => Date;
}

/**
 * Turns an answer into what the operation promises, or into a failure in the shared vocabulary.
 *
 * @param redact removes the call's secrets from the vendor's words
 */
export function readAnswer<Answer>(
  vendor: Vendor,
  check: AnswerCheck<Answer>,
  answer: WireAnswer,
  redact: (text: string) => string,
): Outcome<Answer> {
  const { status, text } = answer;
  const ok = status >= 200 && status < 300;
  if (status < 200 || (status >= 300 && status < 400)) {
    return refused(answer, { code: 'invalid_response' }, 'a redirect, which a key never follows', redact);
  }
  const body = parseJson(text);
  // Whatever is there must be JSON all the same: a page is no vendor's success, and cut JSON may have been a refusal.
  const isEmptyAsPromised = ok && text === '' && check.mayBeEmpty === true;
  if (ok && body === undefined && !isEmptyAsPromised) {
    const form = isHtml(answer)
      ? 'an HTML page'
      : (answer.flaw ?? (text === '' ? 'an empty body' : 'a body that is not JSON'));
    return refused(answer, { code: 'invalid_response' }, form, redact);
  }
  // Without a body there is no envelope either, in which a dialect could find its success.
  const reading: Reading = isEmptyAsPromised
    ? { data: undefined }
    : vendor.read(asDialectsSeeIt(answer, ok, body));
  const { refusal } = reading;
  // Where nothing is promised, no data can speak against the refusal beside it.
  const mayBeSuccess = refusal === undefined || check.mayBeEmpty !== true;
  if ('data' in reading && mayBeSuccess) {
    const checked = check.read(reading.data);
    if ('data' in checked) return { data: checked.data, raw: reading.data, date: () => dateOf(answer) };
    if (refusal === undefined) {
      const { issues } = checked;
      const lacks = `a success without what is promised: ${sentenceOf(issues, 'the answer')}`;
      return refused(answer, { code: 'invalid_response', issues }, lacks, redact);
    }
  }
  return refused(answer, refusal ?? {}, wordsFor(answer, body), redact);
}

/** What a refusal says is wrong with the request; where it names nothing, nothing. */
function wrongs(issues: readonly Issue[] = []): string | undefined {
  return issues.length === 0 ? undefined : sentenceOf(issues, 'the request');
}

function asDialectsSeeIt(answer: WireAnswer, ok: boolean, body: unknown): VendorAnswer {
  const { status } = answer;
  return ok ? { status, ok, body } : { status, ok, body, retryAfterMs: waitOf(answer) };
}

function waitOf({ header }: WireAnswer): number | undefined {
  return retryAfterMs(header, Date.now());
}

function dateOf(answer: WireAnswer): Date {
  const date = new Date(answer.header('date') ?? '');
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

function refused(
  answer: WireAnswer,
  refusal: Refusal,
  words: string | undefined,
  redact: (text: string) => string,
): { failure: Failure } {
  const { status } = answer;
  const waitMs = waitOf(answer);
  const code = refusal.code ?? codeOfStatus(status);
  const clean = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : redact(text);
  // Even a code may be free text, and echo what was sent.
  const vendorCode = clean(refusal.vendorCode);
  const vendorMessage = clean(refusal.vendorMessage);
  const said = vendorMessage ?? clean(words ?? wrongs(refusal.issues));
  const parts = [String(status), vendorCode === said ? undefined : vendorCode, said];
  return {
    failure: {
      code,
      message: `answered ${parts.filter((part) => part !== undefined).join(', ')}`,
      repeat: repeatOf(code, status, waitMs),
      status,
      vendorCode,
      vendorMessage,
      issues: refusal.issues?.map(({ path, message }) => ({ path: redact(path), message: redact(message) })),
      retryAfterMs: waitMs,
    },
  };
}

/**
 * What can be said of an error's body that the dialect found no message in: text, plain or as JSON, but never a page, nor JSON
 * that broke off, which may hold a token that nobody has been given yet, nor text that did, in which a secret may be cut.
 */
function wordsFor(answer: WireAnswer, body: unknown): string | undefined {
  const text = answer.text.trim();
  if (typeof body === 'string') return textOf(body.trim());
  if (body !== undefined) return undefined;
  if (isHtml(answer) && text !== '') return 'an HTML page';
  if (answer.flaw !== undefined) return answer.flaw;
  if (text === '') return undefined;
  return /^[[{]/.test(text) ? 'broken JSON' : text;
}

function isHtml(answer: WireAnswer): boolean {
  return (answer.header('content-type') ?? '').includes('html') || /^\s*<(!doctype|html)/i.test(answer.text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own error quotes the body, so it is not kept.
    return undefined;
  }
}
