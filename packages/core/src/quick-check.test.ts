import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { answerObject, answerOptional } from './answer-check.ts';
import { quickCheck } from './quick-check.ts';

const schema = z.strictObject({
  id: z.guid(),
  name: z.optional(z.string().check(z.minLength(1))),
  mode: z.optional(z.enum(['FULL', 'LITE'])),
  version: z.optional(z.literal('v2')),
  note: z.optional(z.nullable(z.string())),
  seconds: z.optional(z.int().check(z.gte(1))),
  speed: z.optional(z.number().check(z.gte(0.7), z.lte(1.2))),
  both: z.optional(z.union([z.string(), z.array(z.number())])),
  gone: z.optional(z.undefined()),
  even: z.optional(z.number().check(z.refine((value) => value % 2 === 0))),
});

const value = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.constantFrom(undefined, '', 'FULL', 'v2', 1, 0.7, 1.2, 2, 2 ** 53, [1, 2], Number.NaN),
);
const names = [
  'id',
  'name',
  'mode',
  'version',
  'note',
  'seconds',
  'speed',
  'both',
  'gone',
  'even',
  'stranger',
];
const object = fc
  .tuple(fc.uuid(), fc.dictionary(fc.constantFrom(...names), value))
  .map(([id, fields]) => ({ id, ...fields }));

test('never says yes where zod says no', () => {
  const fits = quickCheck(schema);
  let yes = 0;
  fc.assert(
    fc.property(fc.oneof(object, fc.jsonValue()), (input) => {
      if (!fits(input)) return;
      yes++;
      expect(z.safeParse(schema, input).success).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(yes).toBeGreaterThan(500);
});

test('knows what requests are made of, so that zod is seldom asked', () => {
  const fits = quickCheck(schema);
  expect(fits({ id: '3c90c3cc-0d44-4b50-8888-8dd25736052a' })).toBe(true);
  expect(
    fits({
      id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
      name: 'n',
      mode: 'LITE',
      version: 'v2',
      note: null,
      seconds: 1,
      speed: 0.7,
      both: [1],
      gone: undefined,
      even: 4,
    }),
  ).toBe(true);
});

test('an answer’s object may hold more, and an odd optional field is left to zod', () => {
  const answer = answerObject({ token: z.string(), url: answerOptional(z.string()) });
  const fits = quickCheck(answer);
  expect(fits({ token: 't', url: 'u', more: 1 })).toBe(true);
  expect(fits({ token: 't', url: 7 })).toBe(false);
});

test.each([
  ['a record', z.record(z.string(), z.string()), {}],
  ['a date', z.date(), new Date()],
  ['a tuple', z.tuple([z.string()]), ['a']],
])('is unsure of %s', (_, unknown, good) => {
  expect(quickCheck(unknown)(good)).toBe(false);
});
