import { describe, expect, it } from 'vitest';
import { validationIssuesOf } from './validation-issues.ts';

describe('validationIssuesOf', () => {
  it('reads what FastAPI says of each field, without the part of the request', () => {
    const body = {
      detail: [
        { loc: ['body', 'faceId'], msg: 'field required', type: 'value_error.missing' },
        { loc: ['body', 'list', 2, 'id'], msg: 'must be a UUID', type: 'x', input: 'a-secret' },
        { loc: ['query', 'limit'], msg: 'too large' },
        { loc: ['path', 'session_id'], msg: 'unknown' },
        { loc: ['faceId'], msg: 'plain' },
      ],
    };
    expect(validationIssuesOf(body)).toEqual([
      { path: 'faceId', message: 'field required' },
      { path: 'list[2].id', message: 'must be a UUID' },
      { path: 'limit', message: 'too large' },
      { path: 'session_id', message: 'unknown' },
      { path: 'faceId', message: 'plain' },
    ]);
  });

  it('reads the first of very many, and says how many more there are', () => {
    const detail = Array.from({ length: 300_000 }, (_, index) => ({ loc: ['body', `f${index}`], msg: 'no' }));
    const issues = validationIssuesOf({ detail });
    expect(issues).toHaveLength(51);
    expect(issues?.[49]).toEqual({ path: 'f49', message: 'no' });
    expect(issues?.[50]).toEqual({ path: '', message: 'has further issues: 299950' });
    expect(validationIssuesOf({ detail: detail.slice(0, 50) })).toHaveLength(50);
  });

  it('survives entries of any shape', () => {
    expect(
      validationIssuesOf({ detail: [null, 'text', { loc: 'body', msg: 7 }, { loc: [{}, 'x'] }] }),
    ).toEqual([
      { path: '', message: 'is not valid' },
      { path: '', message: 'is not valid' },
      { path: '', message: 'is not valid' },
      { path: 'x', message: 'is not valid' },
    ]);
  });

  it.each([undefined, null, 'text', {}, { detail: 'INVALID_FACE_ID' }, { detail: { loc: [] } }])(
    'finds none in %o',
    (body) => {
      expect(validationIssuesOf(body)).toBeUndefined();
    },
  );
});
