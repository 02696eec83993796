import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget, type RetryPermit } from './retry-budget.ts';

describe('RetryBudget', () => {
  it('holds 100 tokens, which is twenty retries in a row', () => {
    const budget = new RetryBudget();
    expect(budget).toMatchObject({ capacity: 100, tokens: 100 });
    for (let retry = 0; retry < 20; retry++) expect(budget.take()).toBeDefined();
    expect(budget.tokens).toBe(0);
    expect(budget.take()).toBeUndefined();
  });

  it('lends nothing when less than the cost is left', () => {
    const budget = new RetryBudget(9);
    expect(budget.take()).toBeDefined();
    expect(budget.tokens).toBe(4);
    expect(budget.take()).toBeUndefined();
    budget.noteSuccess();
    expect(budget.take()).toBeDefined();
  });

  it('pays back once', () => {
    const budget = new RetryBudget(50);
    const permit = budget.take();
    budget.take();
    permit?.payBack();
    permit?.payBack();
    expect(budget.tokens).toBe(45);
  });

  it('is never more than full', () => {
    const budget = new RetryBudget(50);
    budget.noteSuccess();
    expect(budget.tokens).toBe(50);
  });

  it.each([4, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a capacity of %d', (capacity) => {
    expect(() => new RetryBudget(capacity)).toThrow('capacity must be a finite number of at least 5');
  });

  it('keeps its books like a purse, whatever happens in whatever order', () => {
    const action = fc.oneof(
      fc.constant('take' as const),
      fc.constant('succeed' as const),
      // Pays back the permit of that number, counted round, whether or not it has been paid back before.
      fc.nat(50),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 60 }),
        fc.array(action, { maxLength: 200 }),
        (capacity, actions) => {
          const budget = new RetryBudget(capacity);
          const permits: { permit: RetryPermit; owed: number }[] = [];
          let purse = capacity;
          for (const act of actions) {
            if (act === 'succeed') {
              budget.noteSuccess();
              purse = Math.min(capacity, purse + 1);
            } else if (act === 'take') {
              const permit = budget.take();
              expect(permit !== undefined).toBe(purse >= 5);
              if (permit !== undefined) {
                permits.push({ permit, owed: 5 });
                purse -= 5;
              }
            } else {
              const lent = permits[act % Math.max(1, permits.length)];
              if (lent !== undefined) {
                lent.permit.payBack();
                purse = Math.min(capacity, purse + lent.owed);
                lent.owed = 0;
              }
            }
            expect(budget.tokens).toBe(purse);
            expect(purse).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});
