import { describe, expect, it } from 'vitest';
import { faultOfKey, reveal } from './api-key.ts';
import type { ClientOptions } from './options.ts';
import { Secret } from './secret.ts';

describe('faultOfKey', () => {
  it.each(['acme-key-1', 'sk_live_4eC39', 'a/b+c==', '~!@#$%^&*()', 'it"s', '"'])('accepts %s', (key) => {
    expect(faultOfKey(key)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [undefined, 'is undefined, not a string'],
    [null, 'is null, not a string'],
    [42, 'is number, not a string'],
    [{}, 'is object, not a string'],
    ['', 'is empty'],
    ['  \n', 'is empty'],
    [' key-12345', 'has spaces or line breaks around it'],
    ['key-12345\n', 'has spaces or line breaks around it'],
    ['"key-12345"', 'has quotes around it'],
    ["'key-12345'", 'has quotes around it'],
    ['`key-12345`', 'has quotes around it'],
    ['Bearer key-12345', 'has "Bearer " pasted in front of it'],
    ['bearer\tkey-12345', 'has "Bearer " pasted in front of it'],
    ['key 12345', 'has characters in it that no key has (a space, a line break or a letter beyond ASCII)'],
    [
      'key\r\nx-evil: 1',
      'has characters in it that no key has (a space, a line break or a letter beyond ASCII)',
    ],
    ['kéy-12345', 'has characters in it that no key has (a space, a line break or a letter beyond ASCII)'],
    [
      'key\u200b-12345',
      'has characters in it that no key has (a space, a line break or a letter beyond ASCII)',
    ],
  ])('says of %o that it %s', (key, fault) => {
    expect(faultOfKey(key)).toBe(fault);
  });
});

/** As another copy's: its private field makes it a type of its own. */
class ForeignSecret {
  readonly #value = 'acme-key-1';

  reveal(): string {
    return this.#value;
  }
}

describe('reveal', () => {
  it('gives the string of either form', () => {
    expect(reveal('acme-key-1')).toBe('acme-key-1');
    expect(reveal(new Secret('acme-key-1'))).toBe('acme-key-1');
  });

  it('knows a Secret of another copy by what it can do', () => {
    const foreign: ClientOptions['apiKey'] = new ForeignSecret();
    expect(reveal(foreign)).toBe('acme-key-1');
  });
});
