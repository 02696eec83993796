import type { Deviation } from '@org/vendor-testing';

/** Where our checks are stricter than Simli's document. The README's table is made from this list. */
export const deviations: readonly Deviation[] = [
  {
    field: 'any field that is not documented',
    rule: 'refused, with the nearest known name',
    reason: 'Simli ignores a misspelt field without a word; `extraBody` passes what is new',
    explains: ({ message }) => message.startsWith('is not a field of this request'),
  },
  {
    field: '`faceId`, `session_token`, `livekit_token`, `livekit_url`',
    rule: 'not empty',
    reason: 'an empty one is a variable that was never set',
    explains: ({ path, message }) =>
      ['faceId', 'session_token', 'livekit_token', 'livekit_url'].includes(path) &&
      message === 'must not be empty',
  },
  {
    field: '`maxSessionLength`, `maxIdleTime`, `startFrame`',
    rule: 'within ±(2^53 − 1)',
    reason: 'JSON numbers beyond it lose digits on the way',
    explains: ({ message }) => /^must be at (most|least) -?9007199254740991$/.test(message),
  },
];
