import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../broker/caller.ts';
import type { ServiceKey } from '../config/service-keys.ts';

/** What every service key begins with: so that one that got into the open is found by those who look for such. */
export const SERVICE_KEY_PREFIX = 'tsk_';

/** Servers, by a key of their own. */
export class ServiceKeyCallers {
  #keys: readonly ServiceKey[];

  constructor(keys: readonly ServiceKey[]) {
    this.#keys = keys;
  }

  use(keys: readonly ServiceKey[]): void {
    this.#keys = keys;
  }

  callerOf(presented: string): Caller | undefined {
    const hash = createHash('sha256').update(presented).digest();
    // Every key is compared, and each in constant time: how long it takes says nothing about any of them.
    let found: ServiceKey | undefined;
    for (const key of this.#keys) if (timingSafeEqual(key.hash, hash)) found = key;
    if (found === undefined) return undefined;
    const { name, tenant, scopes } = found;
    return { id: `key:${name}`, ...(tenant !== undefined && { tenant }), scopes: new Set(scopes) };
  }
}
