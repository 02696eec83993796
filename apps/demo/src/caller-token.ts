import { Problem } from './problem.ts';

/** Whoever serves the page is near, or has to ask an identity provider. */
const ANSWER_MS = 10_000;

/**
 * Asks whoever serves this page to prove who is calling. The proof lives for minutes, so it is asked for each time that
 * it is needed, and kept nowhere.
 */
export function callerTokenFrom(address: string): () => Promise<string> {
  return async () => {
    try {
      const answer = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return await answer.text();
    } catch (error) {
      throw new Problem(
        'no_caller_token',
        'Who is calling cannot be proved to the token server.',
        'Whoever serves this page has given it no token. Try again in a moment.',
        error,
      );
    }
  };
}
