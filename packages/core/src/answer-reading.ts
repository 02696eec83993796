import type { Failure } from './failure.ts';
import { repeatOf } from './failure.ts';
import type { AnswerCheck } from './answer-check.ts';
import { retryAfterMs } from './retry-after.ts';
import type { WireAnswer } from './transport/transport.ts';
import { codeOfStatus, type Refusal, type Vendor } from './vendor.ts';

/** What an answer came to: the data that was promised (with what it was read from), or a failure. */
export type Outcome<Answer> =
  { readonly data: Answer; readonly raw: unknown } | { readonly failure: Failure };

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
  if (ok && body === undefined) {
    const form = isHtml(answer) ? 'an HTML page' : text === '' ? 'an empty body' : 'a body that is not JSON';
    return refused(answer, { code: 'invalid_response' }, form, redact);
  }
  const reading = vendor.read({ status, ok, body });
  if ('refusal' in reading) return refused(answer, reading.refusal, wordsFor(answer, body), redact);
  const checked = check.read(reading.data);
  if ('data' in checked) return { data: checked.data, raw: reading.data };
  const { issues } = checked;
  const lacks = issues.map(({ path, message }) => `${path || 'the answer'} ${message}`).join('; ');
  return refused(
    answer,
    { code: 'invalid_response', issues },
    `a success without what is promised: ${lacks}`,
    redact,
  );
}

function refused(
  answer: WireAnswer,
  refusal: Refusal,
  words: string | undefined,
  redact: (text: string) => string,
): { failure: Failure } {
  const { status } = answer;
  const code = refusal.code ?? codeOfStatus(status);
  const vendorMessage = refusal.vendorMessage === undefined ? undefined : redact(refusal.vendorMessage);
  const said = vendorMessage ?? (words === undefined ? undefined : redact(words));
  const parts = [String(status), refusal.vendorCode === said ? undefined : refusal.vendorCode, said];
  return {
    failure: {
      code,
      message: `answered ${parts.filter((part) => part !== undefined).join(', ')}`,
      repeat: repeatOf(code, status),
      status,
      vendorCode: refusal.vendorCode,
      vendorMessage,
      issues: refusal.issues?.map((issue) => ({ ...issue, message: redact(issue.message) })),
      retryAfterMs: retryAfterMs(answer.header, Date.now()),
    },
  };
}

/** What can be said of an error's body that the dialect found no message in: plain text, but never a page. */
function wordsFor(answer: WireAnswer, body: unknown): string | undefined {
  if (body !== undefined || answer.text === '') return undefined;
  return isHtml(answer) ? 'an HTML page' : answer.text.trim();
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
