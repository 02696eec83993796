import { array, object, ref, string, type Schema } from './schema.ts';

/** The 422 body that Simli's and LiveAvatar's documents both print: FastAPI's own. */
export const fastApiSchemas: Readonly<Record<string, Schema>> = {
  HTTPValidationError: object({ detail: array(ref('ValidationError')) }),
  ValidationError: object(
    { loc: array({ anyOf: [string, { type: 'integer' }] }), msg: string, type: string },
    ['loc', 'msg', 'type'],
  ),
};
