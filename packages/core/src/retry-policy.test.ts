import { describe, expect, it } from 'vitest';
import { timeoutFailure, type Failure } from './failure.ts';
import { decide, type Progress, type Verdict } from './retry-policy.ts';

const BUSY: Failure = { code: 'vendor_unavailable', message: 'answered 503', repeat: 'always', status: 503 };
const START: Progress = { attempts: 1, maxAttempts: 3, serverErrors: 0, safe: true, remainingMs: 29_000 };

/** The verdict on a 503, unless told otherwise. */
function verdict(failure: Partial<Failure>, progress: Partial<Progress> = {}, random = 0.5): Verdict {
  return decide({ ...BUSY, ...failure }, { ...START, ...progress }, () => random);
}

describe('decide', () => {
  it.each<[string, Verdict, Verdict]>([
    ['repeats what may pass', verdict({}), { delayMs: 500 }],
    ['repeats until the last attempt', verdict({}, { attempts: 2 }), { delayMs: 1_000 }],
    ['and not after it', verdict({}, { attempts: 3 }), { stoppedBy: 'attempts' }],
    ['never repeats what fails the same way', verdict({ repeat: 'never' }), { stoppedBy: 'not_retryable' }],
    ['repeats what is safe, after it may have happened', verdict({ repeat: 'if-safe' }), { delayMs: 500 }],
    [
      'but not what is billed',
      verdict({ repeat: 'if-safe' }, { safe: false }),
      { stoppedBy: 'not_retryable' },
    ],
    ['repeats what is billed, when it cannot have happened', verdict({}, { safe: false }), { delayMs: 500 }],
    ['repeats a first 500', verdict({ status: 500 }, { serverErrors: 1 }), { delayMs: 250 }],
    [
      'and not a second',
      verdict({ status: 500 }, { attempts: 2, serverErrors: 2 }),
      { stoppedBy: 'attempts' },
    ],
    ['says that the caller aborted', verdict({ code: 'aborted', repeat: 'never' }), { stoppedBy: 'aborted' }],
    [
      'says that the deadline passed',
      verdict(timeoutFailure('deadline', 9, 'body')),
      { stoppedBy: 'deadline' },
    ],
    ['does not wait past the deadline', verdict({}, { remainingMs: 500 }), { stoppedBy: 'deadline' }],
    ['waits up to it', verdict({}, { remainingMs: 500.1 }), { delayMs: 500 }],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });

  it.each<[string, Verdict, Verdict]>([
    ['is waited out, with a little chance', verdict({ retryAfterMs: 1_000 }), { delayMs: 1_125 }],
    ['of nothing still waits the floor', verdict({ retryAfterMs: 0 }, {}, 0), { delayMs: 50 }],
    [
      'of 30 s is bearable',
      verdict({ retryAfterMs: 30_000 }, { remainingMs: 99_000 }, 0),
      { delayMs: 30_000 },
    ],
    [
      'of more is not',
      verdict({ retryAfterMs: 30_001 }, { remainingMs: 99_000 }),
      { stoppedBy: 'retry_after_too_long' },
    ],
    [
      'beyond the deadline is not',
      verdict({ retryAfterMs: 900 }, { remainingMs: 900 }),
      { stoppedBy: 'retry_after_too_long' },
    ],
    [
      'does not help after the last attempt',
      verdict({ retryAfterMs: 10 }, { attempts: 3 }),
      { stoppedBy: 'attempts' },
    ],
  ])('a Retry-After %s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});
