import fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { callerOver } from '../src/caller.ts';
import { isAvatarError, RetryBudget, type Caller } from '../src/index.ts';
import { acme, DOORS, KEY, mint, start } from './acme.ts';
import { PROMPT } from './calling.ts';
import { json, resets, resetsInBody, serve, type Reply } from './local-server.ts';
import { play, type CallPlan, type Expected, type Meeting, type Step } from './reference-model.ts';
import { answerOf, anyScript, LAST, quickScript, ScriptedTransport, SEED, type Script } from './scripts.ts';
import { VirtualTime } from './virtual-time.ts';

/** Hands out a script's steps, one for each attempt. */
function stepsOf(script: Script): () => Step {
  let next = 0;
  return () => script.steps[next++] ?? LAST;
}

function call(caller: Caller, plan: CallPlan, signal?: AbortSignal): Promise<unknown> {
  const { maxAttempts, attemptTimeoutMs, deadlineMs } = plan;
  const options = { maxAttempts, attemptTimeoutMs, deadlineMs, signal };
  return plan.safe
    ? caller.call(mint, { face: 'a-face' }, options)
    : caller.call(start, { session_token: 'session-token-1' }, options);
}

/** What a call came to, in the model's terms. */
function seenIn(
  outcome: PromiseSettledResult<unknown>,
  begun: number,
): Pick<Expected, 'code' | 'stoppedBy' | 'attempts'> {
  if (outcome.status === 'fulfilled') return { code: 'success', stoppedBy: undefined, attempts: begun };
  const error: unknown = outcome.reason;
  if (!isAvatarError(error)) throw new Error('a call failed with something else', { cause: error });
  const { code, stoppedBy, attempts } = error;
  return { code, stoppedBy, attempts };
}

describe(`a caller does what a model of the rules does (FAST_CHECK_SEED=${SEED})`, () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('in 6,000 scripts of faults, to the instant', { timeout: 180_000 }, async () => {
    const endings = new Map<string, number>();

    const property = fc.asyncProperty(anyScript, async (script) => {
      const time = new VirtualTime();
      time.install();
      const transport = new ScriptedTransport(stepsOf(script), time.now);
      const modelSteps = stepsOf(script);
      const retryBudget = script.budget !== false && new RetryBudget(script.budget);
      let chance = 0;
      const runtime = { now: time.now, random: () => chance };
      const caller = callerOver(() => transport)(acme, { apiKey: KEY, retryBudget }, runtime);

      for (const plan of script.calls) {
        chance = plan.chance;
        transport.startsAt.length = 0;
        const deadlineAt = time.now() + plan.deadlineMs;
        const books = retryBudget === false ? undefined : { ...bookOf(retryBudget) };
        const expected = play(plan, time.now(), books, modelSteps);

        const controller = new AbortController();
        const abort = setTimeout(() => {
          controller.abort();
        }, plan.abortAfterMs);
        const outcome = await time.run(call(caller, plan, controller.signal));
        clearTimeout(abort);

        expect({
          ...seenIn(outcome, transport.startsAt.length),
          startsAt: transport.startsAt,
          endsAt: time.now(),
          tokens: retryBudget === false ? Infinity : retryBudget.tokens,
        }).toEqual(expected);
        expect(time.pending).toBe(0);
        // Whatever the model may say: no attempt begins after the deadline, and the call ends at it.
        expect(transport.startsAt.every((startedAt) => startedAt < deadlineAt)).toBe(true);
        expect(time.now()).toBeLessThanOrEqual(deadlineAt + 50);

        const ending = expected.stoppedBy ?? expected.code;
        endings.set(ending, (endings.get(ending) ?? 0) + 1);
      }
    });
    await fc.assert(property, { numRuns: 6_000, seed: SEED });

    // Agreement about what never comes up would say nothing.
    const ways = 'success aborted attempts budget deadline not_retryable retry_after_too_long'.split(' ');
    for (const way of ways) expect(endings.get(way), way).toBeGreaterThan(100);
  });

  it('with a key that takes its time, within the same deadline', async () => {
    const slowKey = fc.record({
      keyTakesMs: fc.integer({ min: 0, max: 3_000 }),
      // How long the function blocks everything else, which no timer can cut.
      keyBlocksMs: fc.constantFrom(0, 0, 1_000),
      deadlineMs: fc.constantFrom(500, 1_000, 2_500),
      steps: fc.array(
        fc.record({
          meeting: fc.constant<Meeting>({ kind: 'status', status: 503 }),
          takesMs: fc.constantFrom(0, 400, Infinity),
          phase: fc.constant('headers' as const),
        }),
        { maxLength: 6 },
      ),
    });
    const property = fc.asyncProperty(slowKey, async ({ keyTakesMs, keyBlocksMs, deadlineMs, steps }) => {
      const time = new VirtualTime();
      time.install();
      let blockedMs = 0;
      const now = (): number => time.now() + blockedMs;
      const transport = new ScriptedTransport(stepsOf({ calls: [], steps, budget: false }), now);
      const apiKey = async (): Promise<string> => {
        if (keyTakesMs > 0) await new Promise((resolve) => setTimeout(resolve, keyTakesMs));
        blockedMs = keyBlocksMs;
        return KEY;
      };
      const runtime = { now, random: () => 0.5 };
      const caller = callerOver(() => transport)(acme, { apiKey, deadlineMs, maxAttempts: 9 }, runtime);
      await time.run(caller.call(mint, { face: 'a-face' }));
      expect(transport.startsAt.every((startedAt) => startedAt < deadlineMs)).toBe(true);
      expect(now()).toBeLessThanOrEqual(deadlineMs + keyBlocksMs + 50);
      // The key's own timer may be left where it came too late; of ours there is none.
      if (transport.startsAt.length > 0) expect(time.pending).toBe(0);
    });
    await fc.assert(property, { numRuns: 500, seed: SEED });
  });

  it.each(DOORS)('in 150 scripts through a real server, over $transport', async ({ createCaller }) => {
    const scripts = fc.sample(quickScript, { numRuns: 150, seed: SEED });
    const stepsByPath = new Map(scripts.map((script, number) => [String(number), stepsOf(script)]));
    const server = await serve((response, request) => {
      const [, number = ''] = request.path.split('/');
      replyOf(stepsByPath.get(number)?.() ?? LAST)(response, request);
    });

    const playAll = scripts.map(async (script, number) => {
      const retryBudget = script.budget !== false && new RetryBudget(script.budget);
      const baseUrl = `${server.origin}/${number}`;
      const caller = createCaller(acme, { apiKey: KEY, baseUrl, retryBudget }, PROMPT);
      onTestFinished(() => caller.close());
      const modelSteps = stepsOf(script);
      for (const plan of script.calls) {
        const before = server.received.length;
        const books = retryBudget === false ? undefined : bookOf(retryBudget);
        const { code, stoppedBy, attempts, tokens } = play(plan, 0, books, modelSteps);
        const [outcome] = await Promise.allSettled([call(caller, plan)]);
        const received = server.received.slice(before);
        const begun = received.filter(({ path }) => path.startsWith(`/${number}/`)).length;
        const left = retryBudget === false ? Infinity : retryBudget.tokens;
        expect({ script, begun, ...seenIn(outcome, begun), tokens: left }).toEqual({
          script,
          begun: attempts,
          code,
          stoppedBy,
          attempts,
          tokens,
        });
      }
    });
    await Promise.all(playAll);
  });
});

function bookOf({ capacity, tokens }: RetryBudget): { capacity: number; tokens: number } {
  return { capacity, tokens };
}

function replyOf({ meeting }: Step): Reply {
  if (meeting.kind === 'broken') return meeting.where === 'body' ? resetsInBody : resets;
  const { status, body, headers } = answerOf(meeting);
  return json(body, status, headers);
}
