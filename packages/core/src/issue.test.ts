import { describe, expect, it } from 'vitest';
import { formatPath } from './issue.ts';

describe('formatPath', () => {
  it.each<[string, PropertyKey[]]>([
    ['', []],
    ['faceId', ['faceId']],
    ['personaConfig.voice.speed', ['personaConfig', 'voice', 'speed']],
    ['results[2].id', ['results', 2, 'id']],
    ['[0]', [0]],
    ['[0][1].x', [0, 1, 'x']],
    ['Symbol(x)', [Symbol('x')]],
  ])('writes %o', (written, path) => {
    expect(formatPath(path)).toBe(written);
  });

  it('cuts a key that nobody could read', () => {
    expect(formatPath(['a', 'b'.repeat(10_000)])).toBe(`a.${'b'.repeat(80)}`);
  });
});
