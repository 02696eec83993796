import { expect, test } from 'vitest';
import { manualClock } from '../../../test/manual-clock.ts';
import { AnamTokens } from './tokens.ts';

test('a token is good once, within its hour', async () => {
  const clock = manualClock();
  const tokens = new AnamTokens(clock);
  const first = tokens.mint({});
  const second = tokens.mint({ personaId: 'p' });
  expect(tokens.redeem('made-up')).toEqual({ outcome: 'unknown' });
  expect(tokens.redeem(first)).toMatchObject({ outcome: 'redeemed' });
  expect(tokens.redeem(first)).toEqual({ outcome: 'used' });
  await clock.advance(3_600_000);
  expect(tokens.redeem(second)).toEqual({ outcome: 'expired' });
  tokens.clear();
  expect(tokens.redeem(second)).toEqual({ outcome: 'unknown' });
});
