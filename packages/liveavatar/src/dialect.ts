import {
  defineVendor,
  fieldsOf,
  textOf,
  validationIssuesOf,
  type ErrorCode,
  type Refusal,
  type Vendor,
} from '@org/core';

/** `code` of a success: 100 in LiveAvatar's OpenAPI, 1000 in what its browser SDK accepts. */
const SUCCESS_CODES: readonly unknown[] = [100, 1000];

/** Error codes of the envelope. LiveAvatar publishes no list: all of these come from other projects, unproven. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['4003', 'concurrency_limit'],
  ['4010', 'plan_required'],
  ['4032', 'concurrency_limit'],
  ['4033', 'quota_exhausted'],
]);

/** How LiveAvatar is spoken to. */
export const liveavatar: Vendor = defineVendor({
  name: 'liveavatar',
  baseUrl: 'https://api.liveavatar.com',
  apiKeyVariable: 'LIVEAVATAR_API_KEY',
  apiKeyHeader: (apiKey) => ['x-api-key', apiKey],
  read: ({ status, ok, body }) => {
    const { code } = fieldsOf(body);
    if (ok && (code === undefined || SUCCESS_CODES.includes(code))) return { data: dataIn(body) };
    const refusal = refusalIn(status, body);
    // A code that nobody knows may be a success: then the data that was asked for is there.
    return ok ? { data: dataIn(body), refusal } : { refusal };
  },
});

/** Out of the envelope `{ code, data, message }`, which LiveAvatar's quick start prints the answer without. */
function dataIn(body: unknown): unknown {
  const fields = fieldsOf(body);
  return 'data' in fields ? fields['data'] : body;
}

/** Words are in `message`, in `data[].message`, or in FastAPI's `detail`. */
function refusalIn(status: number, body: unknown): Refusal {
  const { code, message, data, detail } = fieldsOf(body);
  const vendorCode =
    code === undefined || SUCCESS_CODES.includes(code) ? undefined : (textOf(code) ?? numberText(code));
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  return {
    code: codeFor(vendorCode, status),
    vendorCode,
    vendorMessage: textOf(message) ?? textOf(fieldsOf(first)['message']) ?? textOf(detail),
    issues: validationIssuesOf(body),
  };
}

/** The meaning of the vendor's code, where the status does not tell it. */
function codeFor(vendorCode: string | undefined, status: number): ErrorCode | undefined {
  // 4003 has been seen with 403 only, where it says that too many sessions are running.
  const known = vendorCode === '4003' && status !== 403 ? undefined : CODES.get(vendorCode ?? '');
  // A status of success says nothing of a refusal, and the answer did come from LiveAvatar.
  return known ?? (status < 400 ? 'vendor_error' : undefined);
}

function numberText(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : undefined;
}
