/**
 * Ends by an error that nobody catches: its own `fetch` fails, and quotes all that it was told.
 *
 * @module
 */
import { loadDoor, mintAt } from './vendor.ts';

const { call } = mintAt(await loadDoor(), {
  fetch: (url, init) => {
    const cause = Object.assign(new Error(JSON.stringify(init)), { code: 'ECONNRESET', init });
    return Promise.reject(new TypeError(`${url} ${JSON.stringify(init)}`, { cause }));
  },
});
await call({ maxAttempts: 1 });
