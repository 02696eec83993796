import { describe, expect, it } from 'vitest';
import { DOORS, mint, TOKEN, type CreateCaller } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { json, serve, status } from '../test/local-server.ts';
import type { BudgetExhaustedEvent } from './hooks.ts';
import { RetryBudget } from './retry-budget.ts';

const INPUT = { face: 'a-face' };

/** Grants one retry. As another copy's, its private field makes it a type of its own. */
class ForeignBudget {
  readonly noted: string[] = [];
  #left = 1;

  take(): { payBack: () => void } | undefined {
    this.noted.push(this.#left > 0 ? 'taken' : 'refused');
    return this.#left-- > 0 ? { payBack: () => this.noted.push('paid back') } : undefined;
  }

  noteSuccess(): void {
    this.noted.push('success');
  }
}

/** Makes calls in an outage, sixty at a time, and says how many requests that cost. */
async function outage(createCaller: CreateCaller, calls: number, retryBudget?: false): Promise<number> {
  const server = await serve(status(503));
  const acme = callerFrom(createCaller)(server.origin, { retryBudget });
  for (let made = 0; made < calls; made += 60) {
    const batch = Math.min(60, calls - made);
    const errors = await Promise.all(Array.from({ length: batch }, () => failureOf(acme.call(mint, INPUT))));
    for (const error of errors) expect(['attempts', 'budget']).toContain(error.stoppedBy);
  }
  return server.received.length;
}

describe.each(DOORS)('the retry budget over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  it('keeps an outage from being answered with three times the load', async () => {
    expect(await outage(createCaller, 200)).toBeLessThanOrEqual(200 * 1.4);
    expect(await outage(createCaller, 600)).toBeLessThanOrEqual(600 * 1.1);
  });

  it('can be switched off', async () => {
    expect(await outage(createCaller, 30, false)).toBe(90);
  });

  it('says in error and hook that a retry would have been made', async () => {
    const told: BudgetExhaustedEvent[] = [];
    const hooks = { onBudgetExhausted: (event: BudgetExhaustedEvent) => told.push(event) };
    const server = await serve(status(503));
    const retryBudget = new RetryBudget(5);
    const error = await failureOf(caller(server.origin, { hooks, retryBudget }).call(mint, INPUT));
    expect(error).toMatchObject({ stoppedBy: 'budget', attempts: 2, retryable: true, status: 503 });
    expect(told).toEqual([
      { vendor: 'acme', operation: 'tokens.mint', requestId: error.requestId, attempt: 2 },
    ]);
  });

  it('may be one of another make: what it can do counts', async () => {
    const server = await serve(status(503), json(TOKEN), json(TOKEN), status(503));
    const retryBudget = new ForeignBudget();
    const acme = caller(server.origin, { retryBudget });
    await acme.call(mint, INPUT);
    await acme.call(mint, INPUT);
    await failureOf(acme.call(mint, INPUT));
    expect(retryBudget.noted).toEqual(['taken', 'paid back', 'success', 'refused']);
  });

  it('gets back the cost of a retry that its call has no time left for', async () => {
    const server = await serve(status(503));
    const retryBudget = new ForeignBudget();
    let lateMs = 0;
    const hooks = { onRetry: () => (lateMs = 60_000) };
    const runtime = { now: () => performance.now() + lateMs, random: () => 0 };
    const acme = caller(server.origin, { hooks, retryBudget }, runtime);
    expect(await failureOf(acme.call(mint, INPUT))).toMatchObject({ stoppedBy: 'deadline', attempts: 1 });
    expect(retryBudget.noted).toEqual(['taken', 'paid back']);
  });

  it('gets back the cost of a retry whose call is aborted before it', async () => {
    const server = await serve(status(503));
    const retryBudget = new ForeignBudget();
    const controller = new AbortController();
    const hooks = {
      onRetry: () => {
        controller.abort();
      },
    };
    const { signal } = controller;
    const error = await failureOf(
      caller(server.origin, { hooks, retryBudget }).call(mint, INPUT, { signal }),
    );
    expect(error).toMatchObject({ code: 'aborted', attempts: 1 });
    expect(retryBudget.noted).toEqual(['taken', 'paid back']);
  });

  it('is not said to be exhausted when a retry would not have helped', async () => {
    const told: BudgetExhaustedEvent[] = [];
    const hooks = { onBudgetExhausted: (event: BudgetExhaustedEvent) => told.push(event) };
    const server = await serve(status(404));
    const retryBudget = new RetryBudget(5);
    retryBudget.take();
    await failureOf(caller(server.origin, { hooks, retryBudget }).call(mint, INPUT));
    expect(told).toEqual([]);
  });

  it('gets the cost back when the retry succeeds, and one token for a success at once', async () => {
    const server = await serve(status(503), json(TOKEN), json(TOKEN));
    const retryBudget = new RetryBudget(20);
    const acme = caller(server.origin, { retryBudget });
    retryBudget.take();
    await acme.call(mint, INPUT);
    expect(retryBudget.tokens).toBe(15);
    await acme.call(mint, INPUT);
    expect(retryBudget.tokens).toBe(16);
  });

  it('gets back the cost of the retry that succeeded, not of those before it', async () => {
    const server = await serve(status(503), status(503), json(TOKEN));
    const retryBudget = new RetryBudget(20);
    await caller(server.origin, { retryBudget }).call(mint, INPUT);
    expect(retryBudget.tokens).toBe(15);
  });

  it('can be shared between callers', async () => {
    const server = await serve(status(503));
    const retryBudget = new RetryBudget(5);
    const first = await failureOf(
      caller(server.origin, { retryBudget }).call(mint, INPUT, { maxAttempts: 2 }),
    );
    const second = await failureOf(caller(server.origin, { retryBudget }).call(mint, INPUT));
    expect(first).toMatchObject({ stoppedBy: 'attempts', attempts: 2 });
    expect(second).toMatchObject({ stoppedBy: 'budget', attempts: 1 });
  });

  it('is one for each caller otherwise', async () => {
    const server = await serve(status(503));
    const first = caller(server.origin);
    await Promise.all(Array.from({ length: 20 }, () => failureOf(first.call(mint, INPUT))));
    expect(await failureOf(first.call(mint, INPUT))).toMatchObject({ stoppedBy: 'budget' });
    expect(await failureOf(caller(server.origin).call(mint, INPUT))).toMatchObject({ stoppedBy: 'attempts' });
  });
});
