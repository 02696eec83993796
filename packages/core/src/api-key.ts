import type { SecretLike } from './secret.ts';

/**
 * An API key: the string, a `Secret`, or a function (also async) that is asked at each call, so that a key can
 * be rotated without a restart.
 */
export type ApiKey = string | SecretLike | (() => string | SecretLike | Promise<string | SecretLike>);

/**
 * What is wrong with a key, as far as can be seen without asking the vendor; `undefined` when nothing is.
 * Says what was seen, and never the key.
 */
export function faultOfKey(key: unknown): string | undefined {
  if (typeof key !== 'string') return `is ${key === null ? 'null' : typeof key}, not a string`;
  if (key.trim() === '') return 'is empty';
  if (key !== key.trim()) return 'has spaces or line breaks around it';
  if (/^(["'`]).*\1$/s.test(key)) return 'has quotes around it';
  if (/^bearer\s/i.test(key)) return 'has "Bearer " pasted in front of it';
  if (/[^\x21-\x7e]/.test(key))
    return 'has characters in it that no key has (a space, a line break or a letter beyond ASCII)';
  return undefined;
}

/** The string inside a key that a caller gave as either. */
export function reveal(key: string | SecretLike | null): string {
  // Not instanceof: the Secret may come from another copy of this package.
  return typeof key === 'object' && key !== null && typeof key.reveal === 'function'
    ? key.reveal()
    : (key as string);
}
