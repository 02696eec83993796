import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { answerCheck, answerObject, answerOptional, openEnum } from './answer-check.ts';

interface Session {
  id: string;
  state: 'RUNNING' | 'ENDED' | (string & {});
  seconds?: number | undefined;
  owner?: { name: string } | undefined;
  turns?: { mood?: string | undefined }[] | undefined;
}

const session = answerCheck<Session>()(
  answerObject({
    id: z.string().check(z.minLength(1)),
    state: openEnum(['RUNNING', 'ENDED']),
    seconds: answerOptional(z.number()),
    owner: answerOptional(answerObject({ name: z.string() })),
    turns: answerOptional(z.array(answerObject({ mood: answerOptional(z.string()) }))),
  }),
);

const PROMISED = { id: 'session-1', state: 'RUNNING' };

describe('answerCheck.read', () => {
  it('passes what is promised', () => {
    expect(session.read({ ...PROMISED, seconds: 3 })).toEqual({ data: { ...PROMISED, seconds: 3 } });
  });

  it('passes unknown fields, at any depth', () => {
    const answer = {
      ...PROMISED,
      constructor: 1,
      owner: { name: 'Ada', born: 1815 },
      turns: [{ mood: 'calm', x: 1 }],
    };
    expect(session.read(answer)).toEqual({ data: answer });
  });

  it('passes an unknown value of an open enum', () => {
    expect(session.read({ id: 'session-1', state: 'PAUSED' })).toEqual({
      data: { id: 'session-1', state: 'PAUSED' },
    });
  });

  it.each([null, 'three', {}, []])('leaves out an optional field that is %o', (seconds) => {
    expect(session.read({ ...PROMISED, seconds })).toEqual({ data: PROMISED });
  });

  it('leaves out a list of which an element cannot be read', () => {
    expect(session.read({ ...PROMISED, turns: ['hello'] })).toEqual({ data: PROMISED });
  });

  it('does not let an answer reach the prototype of anything', () => {
    const answer: unknown = JSON.parse('{"id":"session-1","state":"RUNNING","__proto__":{"polluted":true}}');
    const outcome = session.read(answer);
    expect('data' in outcome && 'polluted' in outcome.data).toBe(false);
    expect('polluted' in {}).toBe(false);
  });

  it.each<[string, unknown, string, string]>([
    ['a field is missing', { state: 'RUNNING' }, 'id', 'is required'],
    ['a field is empty', { ...PROMISED, id: '' }, 'id', 'must not be empty'],
    ['a field is null', { ...PROMISED, id: null }, 'id', 'must be a string, not null'],
    ['a field has another type', { ...PROMISED, state: 7 }, 'state', 'must be a string, not a number'],
    ['the whole is null', null, '', 'must be an object, not null'],
    ['the whole is a list', [], '', 'must be an object, not an array'],
    ['the whole is a text', 'FAIL TOKEN', '', 'must be an object, not a string'],
  ])('refuses when %s, without the value', (_, answer, path, message) => {
    expect(session.read(answer)).toEqual({ issues: [{ path, message }] });
  });
});

describe('answerCheck.read of an answer with very many faults', () => {
  it('names the first, and says how many more there are', () => {
    const list = answerCheck<{ id: string }[]>()(z.array(answerObject({ id: z.string() })));
    const outcome = list.read(Array.from({ length: 10_000 }, () => ({})));
    const issues = 'issues' in outcome ? outcome.issues : [];
    expect(issues).toHaveLength(51);
    expect(issues[49]).toEqual({ path: '[49].id', message: 'is required' });
    expect(issues[50]).toEqual({ path: '', message: 'has further issues: 9950' });
  });
});

describe('answerCheck.driftOf', () => {
  it('finds none in what is known', () => {
    const answer = { ...PROMISED, seconds: 3, owner: { name: 'Ada' }, turns: [{ mood: 'calm' }, {}] };
    expect(session.driftOf(answer)).toEqual([]);
    expect(session.driftOf({ ...PROMISED, seconds: null, owner: undefined })).toEqual([]);
  });

  it('tells each difference once, by its place and never by its value', () => {
    const answer = {
      id: 'session-1',
      state: 'PAUSED',
      seconds: 'three',
      region: 'a-secret',
      owner: { name: 'Ada', born: 1815 },
      turns: [{ mood: 'calm', x: 1 }, { x: 2 }, { mood: 5 }],
    };
    expect(session.driftOf(answer).sort()).toEqual([
      'owner.born: unknown field',
      'region: unknown field',
      'seconds: unexpected type',
      'state: unknown value',
      'turns[].mood: unexpected type',
      'turns[].x: unknown field',
    ]);
  });

  it.each([[[]], [['Ada']], ['Ada'], [42]])('tells when an object is %o instead', (owner) => {
    expect(session.driftOf({ ...PROMISED, owner })).toEqual(['owner: unexpected type']);
  });

  it('tells when a list is something else', () => {
    expect(session.driftOf({ ...PROMISED, turns: { mood: 'calm' } })).toEqual(['turns: unexpected type']);
  });

  it('takes a field for unknown whose name every object inherits', () => {
    const answer: unknown = JSON.parse(
      '{"id":"session-1","state":"RUNNING","constructor":1,"toString":2,"__proto__":{"x":3}}',
    );
    expect(session.driftOf(answer).sort()).toEqual([
      '__proto__: unknown field',
      'constructor: unknown field',
      'toString: unknown field',
    ]);
  });

  it('names the place in an answer that is a list', () => {
    const list = answerCheck<{ id: string }[]>()(z.array(answerObject({ id: z.string() })));
    expect(list.driftOf([{ id: 'a' }, { id: 'b', mood: 'calm' }])).toEqual(['[].mood: unknown field']);
  });

  it('tells no more of a map, with an id as each of its names, than tells something', () => {
    const ids = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`id-${index}`, 1]));
    expect(session.driftOf({ ...PROMISED, ...ids })).toHaveLength(50);
    expect(session.driftOf({ ...PROMISED, owner: { name: 'Ada', ...ids }, region: 1 })).toHaveLength(50);
  });

  it('looks at no more of a long list than tells something', () => {
    const turns: object[] = Array.from({ length: 1_000 }, () => ({ mood: 'calm' }));
    turns.push({ late: true });
    expect(session.driftOf({ ...PROMISED, turns })).toEqual([]);
  });
});
