import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VENDOR_MESSAGE_MAX_CHARACTERS } from './constants.ts';
import { redact, secretsIn, secretsInCredential, secretsInHeaders } from './redact.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU';

describe('redact', () => {
  it('removes each given secret wherever it stands', () => {
    expect(redact('key acme-key-1 (acme-key-1) is wrong', ['acme-key-1'])).toBe(
      'key [redacted] ([redacted]) is wrong',
    );
  });

  it('removes a secret that was put into a URL', () => {
    expect(redact('no such page: /t?key=a%2Fb%2Bc%3Dd', ['a/b+c=d'])).toBe('no such page: /t?key=[redacted]');
  });

  it('removes a secret that was put into a URL in lower case', () => {
    expect(redact('no such page: /t?key=A%2fb%2bC%3dd', ['A/b+C=d'])).toBe('no such page: /t?key=[redacted]');
  });

  it('removes a secret that was put into JSON', () => {
    expect(redact('{"sent":"a\\"b\\\\c-1"', ['a"b\\c-1'])).toBe('{"sent":"[redacted]"');
  });

  it.each([
    ['JSON', String.raw`{"sent":"a\/b+c=d"}`],
    ['JSON as a string of plain JSON', String.raw`{"sent":"a\\/b+c=d"}`],
    ['JSON as a string of the like', String.raw`{"sent":"a\\\/b+c=d"}`],
  ])('removes a secret whose slashes were escaped in %s', (_, text) => {
    expect(redact(text, ['a/b+c=d'])).toBe('{"sent":"[redacted]"}');
  });

  it('removes a secret that holds another', () => {
    expect(redact('session-1-long', ['session-1', 'session-1-long'])).toBe('[redacted]');
  });

  it('takes a secret with half a character in it', () => {
    expect(redact('nothing of it here', ['half-\ud83d-of'])).toBe('nothing of it here');
  });

  it.each([
    ['a JSON Web Token', `token ${TOKEN} expired`, 'token [redacted] expired'],
    ['one in quotes', `{"session_token":"${TOKEN}"}`, '{"session_token":"[redacted]"}'],
    ['one that was cut', `got ${TOKEN.slice(0, 30)}`, 'got [redacted]'],
    ['a Bearer header', 'Authorization: Bearer abc.def-123 refused', 'Authorization: [redacted] refused'],
    ['a Bearer header in JSON', '{"authorization":"bearer abc123"}', '{"authorization":"[redacted]"}'],
  ])('removes %s that it was not told of', (_, text, expected) => {
    expect(redact(text, [])).toBe(expected);
  });

  it('leaves ordinary words alone, even when they were given as secrets', () => {
    expect(redact('no face of that name', ['no', 'face', ''])).toBe('no face of that name');
  });

  it('cuts what is too long for reading, after removing the secrets', () => {
    const long = redact(`${'x'.repeat(495)} acme-key-1 ${'y'.repeat(500)}`, ['acme-key-1']);
    expect(long).toHaveLength(VENDOR_MESSAGE_MAX_CHARACTERS);
    expect(long.endsWith('…')).toBe(true);
    expect(long).not.toContain('acme');
    expect(redact('x'.repeat(500), [])).toHaveLength(500);
  });

  it('makes one line of it, in which nothing is hidden', () => {
    expect(redact('no\r\n{"level":"info"}\tat all\u2028\u001b[31mred\u0007\u202e', [])).toBe(
      'no {"level":"info"} at all \\u001b[31mred\\u0007\\u202e',
    );
    expect(redact('tökên ✓ 😀', [])).toBe('tökên ✓ 😀');
  });

  it.each([
    ['beginnings of tokens', 'eyJ'.repeat(30_000)],
    ['beginnings of Bearer', 'bearer '.repeat(15_000)],
    ['spaces', `bearer${' '.repeat(100_000)}"`],
  ])('is quick with a text full of %s', (_, text) => {
    const startedAt = performance.now();
    redact(text, ['acme-key-1']);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('never lets a secret through, whatever stands around it', () => {
    const secret = fc.stringMatching(/^[!-~]{6,40}$/);
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, key, after) => {
        const shown = redact(`${before}${key}${after}`, [key]);
        // Where the mask itself spells the secret, nothing was shown.
        fc.pre(!'[redacted]'.includes(key));
        expect(shown.includes(key)).toBe(false);
      }),
    );
  });
});

describe('secretsInHeaders', () => {
  it('takes each value, and the parts of it that a vendor may show alone', () => {
    const secrets = secretsInHeaders([
      ['cookie', 'theme=dark; visit=visit-4711'],
      ['x-auth', 'Token pass-4711'],
    ]);
    expect(redact('visit-4711 is over, so is theme=dark; visit=visit-4711', secrets)).toBe(
      '[redacted] is over, so is [redacted]',
    );
    expect(redact('token pass-4711 is unknown', secrets)).toBe('token [redacted] is unknown');
  });
});

describe('secretsInCredential', () => {
  it('takes the header and its parts, but no scheme, which is an ordinary word', () => {
    const secrets = secretsInCredential(['authorization', 'Digest user="alice-1", response="r-4711-q"']);
    expect(redact('no user="alice-1" by Digest', secrets)).toBe('no user=[redacted] by Digest');
    expect(redact('r-4711-q is wrong', secretsInCredential(['x-key', 'r-4711-q']))).toBe(
      '[redacted] is wrong',
    );
  });
});

describe('secretsIn', () => {
  it('finds fields by name, at any depth', () => {
    const body = {
      face: 'a-face',
      livekit_token: 'secret-1',
      settings: { llm: { apiKey: 'secret-2' }, list: [{ client_secret: 'secret-3' }] },
      password: 'secret-4',
      Authorization: 'secret-5',
      aws_credentials: 'secret-6',
      signedUrl: 'secret-7',
    };
    expect(secretsIn(body).sort()).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `secret-${n}`));
  });

  it('takes all that stands below a secret name', () => {
    expect(secretsIn({ tokens: ['secret-1', 'secret-2'], secret: { value: 'secret-3' } }).sort()).toEqual([
      'secret-1',
      'secret-2',
      'secret-3',
    ]);
  });

  it('finds what stands deeper than any stack, and ends where something stands in itself', () => {
    const deep = Array.from({ length: 100_000 }).reduce<object>((inner) => ({ inner }), {
      token: 'secret-1',
    });
    const round: Record<string, unknown> = { token: 'secret-2' };
    round['tokens'] = [round, { id: 'secret-3' }];
    expect(new Set(secretsIn([deep, round]))).toEqual(new Set(['secret-1', 'secret-2', 'secret-3']));
  });

  it('takes what cannot be read for what was not sent', () => {
    const unreadable = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('boom');
        },
      },
    );
    expect(secretsIn({ unreadable, token: 'secret-1' })).toEqual(['secret-1']);
  });

  it.each([undefined, null, 'token', 42, {}, [], { max_tokens: 5, token: null }])(
    'finds none in %o',
    (body) => {
      expect(secretsIn(body)).toEqual([]);
    },
  );
});
