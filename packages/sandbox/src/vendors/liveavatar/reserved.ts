import type { FixedAnswer, ReservedValue } from '../reserved-value.ts';
import { failure, tooManyRequests } from './envelope.ts';

const vendor = 'liveavatar';
const fields = ['avatar_id'];

/** Avatar ids must be UUIDs, so each reserved one ends in the number that it stands for. */
const id = (ending: string): string => `5a0db0c5-0000-4000-8000-${ending.padStart(12, '0')}`;

const avatar = (ending: string, answers: string, answer: FixedAnswer['answer']): FixedAnswer => ({
  vendor,
  fields,
  value: id(ending),
  answers,
  answer,
});

const htmlPage =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

export const liveAvatarAnswers: readonly FixedAnswer[] = [
  avatar('4010', '200, code 4010 (plan), no data (unproven)', failure(200, 'Plan has no API access', 4010)),
  avatar('4032', '200, code 4032 (concurrency), no data (unproven)', {
    ...failure(200, 'Session concurrency limit reached', 4032),
  }),
  avatar('4033', '200, code 4033 (credits), no data (unproven)', failure(200, 'Insufficient credits', 4033)),
  avatar('4003', '403, code 4003 (concurrency), no data (unproven)', {
    ...failure(403, 'Session concurrency limit reached', 4003),
  }),
  avatar('400', '400, an envelope whose `data` is a list (unproven)', {
    status: 400,
    body: {
      code: 400,
      data: [{ message: 'This avatar is not supported in sandbox' }],
      message: 'Bad Request',
    },
  }),
  avatar('429', '429 with `Retry-After: 1`', tooManyRequests),
  avatar('502', '502, the HTML page of a proxy', {
    status: 502,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: htmlPage,
  }),
];

/** Minted well, with the envelope's other success code. */
export const avatarWithCode100: ReservedValue = {
  vendor,
  fields,
  value: id('100'),
  answers: '200, code 100: the success code of the spec (1000 otherwise)',
};

/** Minted well, and then refused at the start. */
export const avatarWithFailingStart: ReservedValue = {
  vendor,
  fields,
  value: id('500'),
  answers: '200, and then `sessions.start` answers 500',
};

export const liveAvatarKeys: readonly ReservedValue[] = [
  {
    vendor,
    fields: ['key'],
    value: 'sandbox-invalid-key',
    answers: '401, an envelope with code 401 (unproven)',
  },
];
