import type { FixedAnswer } from '../reserved-value.ts';

const vendor = 'anam';

/** No document gives an error body; `error` and `message` are what the vendor's own SDKs read. */
export const anamError = (status: number, error: string, message: string): FixedAnswer['answer'] => ({
  status,
  body: { error, message },
});

const persona = (value: string, answers: string, answer: FixedAnswer['answer']): FixedAnswer => ({
  vendor,
  fields: ['personaId', 'avatarId'],
  value,
  answers,
  answer,
});

const worded = (value: string, status: number, error: string, message: string): FixedAnswer =>
  persona(value, `${status}, \`${error}\``, anamError(status, error, message));

function start(value: string, status: number, error: string, message: string): FixedAnswer {
  const answers = `200, and then \`engine.startSession\` answers ${status}, \`${error}\``;
  return persona(value, answers, anamError(status, error, message));
}

export const anamUsageLimit: FixedAnswer['answer'] = anamError(
  429,
  'Usage limit reached',
  'Your organisation has used all its minutes for this month',
);

export const anamConcurrency: FixedAnswer['answer'] = anamError(
  429,
  'Concurrent session limit reached',
  'All the sessions of your plan are in use',
);

/** Minted well, and then refused at the start of the session. */
export const anamStarts: readonly FixedAnswer[] = [
  start('sandbox-start-invalid', 400, 'Bad Request', 'The persona cannot be used'),
  start('sandbox-start-unauthorized', 401, 'Unauthorized', 'The session token is invalid'),
  start('sandbox-start-plan-required', 402, 'Payment Required', 'No active plan'),
  start('sandbox-start-forbidden', 403, 'Forbidden', 'This configuration is not authorised'),
  start(
    'sandbox-start-concurrent-session-limit',
    429,
    'Concurrent session limit reached',
    'All the sessions of your plan are in use',
  ),
  start('sandbox-start-spend-cap', 429, 'Spend cap reached', 'Your organisation has reached its spend cap'),
  start('sandbox-start-usage-limit', 429, 'Usage limit reached', 'All minutes of this month are used'),
  start('sandbox-start-no-engines', 503, 'Service Unavailable', 'No engine is free'),
];

export const anamPersonas: readonly FixedAnswer[] = [
  persona('sandbox-concurrent-session-limit', '429, `Concurrent session limit reached`', anamConcurrency),
  worded('sandbox-spend-cap', 429, 'Spend cap reached', 'Your organisation has reached its spend cap'),
  persona('sandbox-usage-limit', '429, `Usage limit reached`', anamUsageLimit),
  worded('sandbox-plan-required', 402, 'Payment Required', 'No active plan'),
  worded('sandbox-forbidden', 403, 'Forbidden', 'This configuration is not authorised for your organisation'),
  worded('sandbox-no-engines', 503, 'Service Unavailable', 'No engine is free'),
  persona('sandbox-plain-text-500', '500 as plain text', {
    status: 500,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'Internal Server Error',
  }),
];

export const anamKeys: readonly FixedAnswer[] = [
  {
    vendor,
    fields: ['key'],
    value: 'sandbox-invalid-key',
    answers: '401, `Unauthorized`',
    answer: anamError(401, 'Unauthorized', 'Invalid or missing API key'),
  },
  {
    vendor,
    fields: ['key'],
    value: 'sandbox-forbidden-key',
    answers: '403, `Forbidden`',
    answer: anamError(403, 'Forbidden', 'This API key lacks the permission'),
  },
];
