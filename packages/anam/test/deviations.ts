import type { Deviation } from '@org/vendor-testing';

/** Where our check is stricter than Anam's document. The README's table is made from this list. */
export const deviations: readonly Deviation[] = [
  {
    field: 'any field that is not documented',
    rule: 'refused, with the nearest known name',
    reason: 'a misspelt field would silently mean its default; `extraBody` passes what is new',
    explains: ({ message }) => message.startsWith('is not a field of this request'),
  },
  {
    field: '`personaConfig`',
    rule: 'required',
    reason: 'a token without a persona is of the type `legacy`, which Anam’s browser SDK turns down',
    explains: ({ path, message }) => path === 'personaConfig' && message === 'is required',
  },
  {
    field: '`personaConfig.personaId` beside other fields',
    rule: 'one or the other',
    reason:
      'the document’s `oneOf` cannot be taken literally, since every field is optional; its text offers a choice',
    explains: ({ path, message }) =>
      path.startsWith('personaConfig.') && message.startsWith('cannot be combined with'),
  },
  {
    field: '`personaConfig.personaId`',
    rule: 'not empty',
    reason: 'an empty one is a variable that was never set',
    explains: ({ path, message }) => path === 'personaConfig.personaId' && message === 'must not be empty',
  },
];
