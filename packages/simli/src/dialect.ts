import {
  defineVendor,
  fieldsOf,
  textOf,
  validationIssuesOf,
  type ErrorCode,
  type Refusal,
  type Vendor,
} from '@org/core';

/** What Simli puts where a token belongs when it has none: a string that any check for presence takes for one. */
export const FAIL_TOKEN = 'FAIL TOKEN';

/**
 * The reasons that Simli's own Python client knows (`critical_exceptions.py`). That they come with /compose/token
 * is shown for INVALID_API_KEY and INVALID_FACE_ID only; for the others it is unproven.
 */
const REASONS: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['INVALID_API_KEY', 'invalid_key'],
  ['BILLING_ERROR', 'quota_exhausted'],
  ['MISSING_BILLING_INFO', 'plan_required'],
  ['INVALID_FACE_ID', 'not_found'],
  ['INVALID_EMOTION', 'invalid_request'],
  ['UNKNOWN_ERROR', 'vendor_error'],
]);

/** How Simli is spoken to. */
export const simli: Vendor = defineVendor({
  name: 'simli',
  baseUrl: 'https://api.simli.ai',
  apiKeyVariable: 'SIMLI_API_KEY',
  apiKeyHeader: (apiKey) => ['x-simli-api-key', apiKey],
  // The status comes first: a failure's body may hold a string that looks like a token.
  read: ({ ok, body }) =>
    ok && fieldsOf(body)['session_token'] !== FAIL_TOKEN ? { data: body } : { refusal: refusalIn(ok, body) },
});

/** Two dialects in one vendor: `{ session_token, detail }`, and `{ error, code }` from the LiveKit integration. */
function refusalIn(ok: boolean, body: unknown): Refusal {
  const { detail, error, code } = fieldsOf(body);
  const reason = textOf(detail) ?? '';
  const vendorCode = textOf(code) ?? (REASONS.has(reason) ? reason : undefined);
  return {
    // A status of success says nothing of a refusal, and the answer did come from Simli.
    code: REASONS.get(vendorCode ?? '') ?? (ok ? 'vendor_error' : undefined),
    vendorCode,
    vendorMessage: textOf(detail) ?? textOf(error),
    issues: validationIssuesOf(body),
  };
}
