import type { Deviation } from '@org/vendor-testing';

/** Where our checks are stricter than LiveAvatar's documents. The README's table is made from this list. */
export const deviations: readonly Deviation[] = [
  {
    field: 'any field that is not documented',
    rule: 'refused, with the nearest known name',
    reason: 'LiveAvatar seems to ignore a misspelt field; `extraBody` passes what is new',
    explains: ({ message }) => message.startsWith('is not a field of this request'),
  },
  {
    field: 'a field of the other mode',
    rule: 'refused, with the mode it goes with',
    reason: 'it would be ignored, and the session be another than was meant',
    explains: ({ message }) => message.startsWith('goes with mode'),
  },
  {
    field: '`dynamic_variables`',
    rule: 'values are strings',
    reason: 'the document caps them in characters, which only a text has',
    explains: ({ path, message }) =>
      path.startsWith('dynamic_variables.') && message.startsWith('must be a string'),
  },
  {
    field: '`session_id` of `stop` and `keepAlive`',
    rule: 'required',
    reason: 'it may be left out beside a session token; with an API key nothing else names the session',
    explains: ({ path, message }) => path === 'session_id' && message === 'is required',
  },
  {
    field: '`max_session_duration`, `page`, timestamps',
    rule: 'within ±(2^53 − 1)',
    reason: 'JSON numbers beyond it lose digits on the way',
    explains: ({ message }) => /^must be at (most|least) -?9007199254740991$/.test(message),
  },
];
