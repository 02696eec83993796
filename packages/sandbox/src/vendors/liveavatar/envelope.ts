import type { Answer } from '../../wire/answer.ts';

/** The spec's default is 100; what the vendor sends, and its browser SDK insists on, is 1000. */
const SUCCESS = 1000;

// The vendor counts calls in windows of one second, so a window always resets within one.
const rateLimit = { 'x-ratelimit-reset': '1' };

export function success(data: unknown, as: { status?: number; code?: number } = {}): Answer {
  const { status = 200, code = SUCCESS } = as;
  return { status, headers: rateLimit, body: { code, data, message: 'OK' } };
}

export function failure(status: number, message: string, code: number = status): Answer {
  return { status, body: { code, data: null, message } };
}

export const tooManyRequests: Answer = {
  ...failure(429, 'Too many requests'),
  headers: { 'retry-after': '1', ...rateLimit },
};
