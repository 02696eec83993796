import type { FixedAnswer } from '../reserved-value.ts';

const vendor = 'simli';

/** A failure of `compose.createToken`. */
export const tokenFailure = (
  status: number,
  detail: string,
  session_token: string = 'FAIL TOKEN',
): FixedAnswer['answer'] => ({ status, body: { session_token, detail } });

const face = (value: string, answers: string, answer: FixedAnswer['answer']): FixedAnswer => ({
  vendor,
  fields: ['faceId'],
  value,
  answers,
  answer,
});

const refusal = (value: string, detail: string): FixedAnswer =>
  face(value, `400, \`FAIL TOKEN\`, \`${detail}\``, tokenFailure(400, detail));

/** As a face, or as the emotion after the slash. */
export const simliFaces: readonly FixedAnswer[] = [
  refusal('sandbox-invalid-face', 'INVALID_FACE_ID'),
  refusal('sandbox-invalid-emotion', 'INVALID_EMOTION'),
  refusal('sandbox-billing-error', 'BILLING_ERROR'),
  refusal('sandbox-missing-billing-info', 'MISSING_BILLING_INFO'),
  refusal('sandbox-unknown-error', 'UNKNOWN_ERROR'),
  face(
    'sandbox-fail-token-401',
    '401, `FAIL TOKEN`, `INVALID_API_KEY`',
    tokenFailure(401, 'INVALID_API_KEY'),
  ),
  face('sandbox-fail-token-200', '200, and yet `FAIL TOKEN`', tokenFailure(200, 'UNKNOWN_ERROR')),
];

export const simliKeys: readonly FixedAnswer[] = [
  {
    vendor,
    fields: ['key'],
    value: 'sandbox-invalid-key',
    answers: '401, `FAIL TOKEN`, `INVALID_API_KEY`',
    answer: tokenFailure(401, 'INVALID_API_KEY'),
  },
  {
    vendor,
    fields: ['key'],
    value: 'sandbox-invalid-key-with-token',
    answers: '401 with a `session_token` that looks real and is not (unproven)',
    answer: tokenFailure(401, 'INVALID_API_KEY', 'c2FuZGJveC10b2tlbi10aGF0LWlzLW5vdC1vbmU'),
  },
];
