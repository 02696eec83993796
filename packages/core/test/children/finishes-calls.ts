/**
 * Makes calls that end in every way, warms up for one that never comes, closes nothing, and says when it has nothing left to do.
 *
 * @module
 */
import { loadDoor, mintAt } from './vendor.ts';

const { call, warmUp } = mintAt(await loadDoor());
const controller = new AbortController();
const calls = [
  call(),
  call({ signal: controller.signal, deadlineMs: 10_000_000_000 }),
  call({ headers: { 'x-reply': 'busy, then well' } }),
  call({ headers: { 'x-reply': 'hangs' }, attemptTimeoutMs: 100, maxAttempts: 1 }),
  call({ headers: { 'x-reply': 'stalls' }, deadlineMs: 100 }),
  call({ headers: { 'x-reply': 'hangs' }, signal: controller.signal }),
  call({ headers: { 'x-reply': 'busy for long' }, signal: controller.signal }),
];
setTimeout(() => {
  controller.abort();
}, 200);
const outcomes = await Promise.allSettled(calls);
await warmUp();
console.log(outcomes.map(({ status }) => status).join());
