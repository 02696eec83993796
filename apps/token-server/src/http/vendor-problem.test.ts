import express from 'express';
import { AvatarError, ERROR_MEANINGS, type ErrorCode } from '@org/core';
import { expect, test } from 'vitest';
import { ask } from '../../test/ask.ts';
import { answering } from '../../test/listening.ts';
import { sendProblem } from './problem.ts';
import { vendorProblem } from './vendor-problem.ts';

const failed = (code: ErrorCode, retryAfterMs?: number): AvatarError =>
  new AvatarError({ code, vendor: 'anam', message: 'in the vendor’s words', retryAfterMs });

const expected: Readonly<Record<ErrorCode, string>> = {
  configuration: '503 vendor_refused',
  invalid_request: '500 preset_broken',
  invalid_key: '503 vendor_refused',
  permission_denied: '503 vendor_refused',
  not_found: '500 preset_broken',
  conflict: '502 vendor_failed',
  rate_limited: '503 vendor_rate_limited, 5',
  concurrency_limit: '503 vendor_busy, 30',
  quota_exhausted: '503 vendor_refused',
  plan_required: '503 vendor_refused',
  vendor_unavailable: '503 vendor_unavailable, 5',
  vendor_error: '502 vendor_failed',
  invalid_response: '502 vendor_failed',
  timeout: '504 vendor_timeout, 5',
  connection: '503 vendor_unavailable, 5',
  aborted: '500 internal_error',
};

/** The problem as it is answered. */
async function answered(error: AvatarError): Promise<string> {
  const app = express().get('/', (_request, response) => {
    sendProblem(response, vendorProblem(error), 'id');
  });
  await using server = await answering(app);
  const { status, headers, json, text } = await ask(`${server.url}/`);
  expect(text).not.toContain('the vendor’s words');
  return [`${status} ${(json as { code: string }).code}`, headers['retry-after']].filter(Boolean).join(', ');
}

test.each(Object.keys(ERROR_MEANINGS) as ErrorCode[])('%s of a vendor', async (code) => {
  expect(await answered(failed(code))).toBe(expected[code]);
});

test('the vendor’s own time to wait is passed on, rounded up, where waiting helps', async () => {
  expect(await answered(failed('rate_limited', 1_001))).toBe('503 vendor_rate_limited, 2');
  expect(await answered(failed('invalid_key', 1_001))).toBe('503 vendor_refused');
});

test.each([
  ['no time at all', 0, '1'],
  ['a date for seconds', 1_790_000_000_000, '300'],
])('of a vendor that says %s, only what is within reason is passed on', async (_what, says, answers) => {
  expect(await answered(failed('rate_limited', says))).toBe(`503 vendor_rate_limited, ${answers}`);
});
