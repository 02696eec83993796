import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

describe('Secret', () => {
  const secret = new Secret('acme-key-1');

  it.each<[string, () => string]>([
    ['String', () => String(secret)],
    ['a template', () => `the key is ${secret.toString()}`],
    ['JSON', () => JSON.stringify({ apiKey: secret })],
    ['inspect', () => inspect({ apiKey: secret }, { depth: Infinity, showHidden: true })],
    ['its own fields', () => JSON.stringify(Object.entries(secret))],
  ])('does not show itself in %s', (_, show) => {
    expect(show()).not.toContain('acme-key-1');
  });

  it('shows that something is there', () => {
    expect(inspect({ apiKey: secret })).toBe('{ apiKey: [secret] }');
    expect(JSON.stringify({ apiKey: secret })).toBe('{"apiKey":"[secret]"}');
  });

  it('gives its value to who asks for it', () => {
    expect(secret.reveal()).toBe('acme-key-1');
  });
});
