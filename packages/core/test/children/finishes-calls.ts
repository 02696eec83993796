/**
 * Makes calls that end in every way, warms up for one that never comes, closes nothing, and says when it has nothing left to do.
 *
 * @module
 */
import { loadDoor, mintAt } from './vendor.ts';

const { call, warmUp } = mintAt(await loadDoor());
const controller = new AbortController();
const { signal } = controller;
const toAbort = [
  call({ headers: { 'x-reply': 'hangs' }, signal }),
  call({ headers: { 'x-reply': 'busy for long' }, signal }),
];
const outcomes = await Promise.allSettled([
  call(),
  call({ signal, deadlineMs: 10_000_000_000 }),
  call({ headers: { 'x-reply': 'busy, then well' } }),
  call({ headers: { 'x-reply': 'hangs' }, attemptTimeoutMs: 100, maxAttempts: 1 }),
  call({ headers: { 'x-reply': 'stalls' }, deadlineMs: 100 }),
]);
controller.abort();
outcomes.push(...(await Promise.allSettled(toAbort)));
await warmUp();
console.log(outcomes.map(({ status }) => status).join());
