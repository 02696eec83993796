import { describe, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { VARIABLES } from './variables.ts';

describe('an environment', () => {
  test('that says nothing gives the defaults', () => {
    expect(readEnvironment({})).toEqual({
      port: 8787,
      host: '127.0.0.1',
      dev: false,
      presetsFile: './presets.yaml',
      logLevel: 'info',
      accounts: {},
      callers: undefined,
      origins: [],
      trustedProxies: [],
      redis: undefined,
      stateSecret: undefined,
      metrics: undefined,
      openTelemetry: false,
      drainWaitMs: 5_000,
      reapUnknown: 'report',
    });
    expect(readEnvironment({ DEV: '1' })).toMatchObject({ drainWaitMs: 0 });
  });

  const jwt = { JWKS_URL: 'https://id.example.com/keys', JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' };
  const secret = { ...jwt, JWKS_URL: '', JWT_SECRET: 'x'.repeat(32) };

  test('says how callers are checked', () => {
    expect(readEnvironment({ ...jwt, SERVICE_KEYS_FILE: 'keys.yaml' })).toMatchObject({
      callers: {
        jwt: {
          keys: { jwksUrl: jwt.JWKS_URL },
          issuer: 'i',
          audience: 'a',
          algorithms: ['RS256', 'ES256', 'EdDSA'],
          skewSeconds: 30,
        },
        serviceKeysFile: 'keys.yaml',
      },
    });
    expect(readEnvironment(secret)).toMatchObject({ callers: { jwt: { algorithms: ['HS256'] } } });
  });

  test.each<[string, Record<string, string>, string]>([
    ['two ways to check a JWT', { ...secret, ...jwt }, 'JWKS_URL and JWT_SECRET exclude each other'],
    ['keys over http', { ...jwt, JWKS_URL: 'http://id.example.com/keys' }, 'JWKS_URL must be https'],
    [
      'a password for the keys',
      { ...jwt, JWKS_URL: 'https://u:p@id.example.com/' },
      'JWKS_URL must have no user',
    ],
    ['no issuer', { ...jwt, JWT_ISSUER: '' }, 'JWT_ISSUER is required'],
    ['no audience', { ...secret, JWT_AUDIENCE: '' }, 'JWT_AUDIENCE is required'],
    ['a shared-key algorithm for public keys', { ...jwt, JWT_ALGORITHMS: 'RS256,HS256' }, 'must be of RS256'],
    ['the algorithm none', { ...secret, JWT_ALGORITHMS: 'none' }, 'must be of HS256'],
    ['a short secret', { ...secret, JWT_SECRET: 'short' }, 'JWT_SECRET must have at least 32 bytes'],
    ['an origin with a path', { ALLOWED_ORIGINS: 'https://a.example/x' }, 'ALLOWED_ORIGINS must be origins'],
    ['every origin', { ALLOWED_ORIGINS: '*' }, 'ALLOWED_ORIGINS must be origins'],
    ['the origin null', { ALLOWED_ORIGINS: 'null' }, 'ALLOWED_ORIGINS must be origins'],
    ['a network that is none', { TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES must be networks'],
    ['a network with two lengths', { TRUSTED_PROXIES: '10.0.0.0/8/9' }, 'TRUSTED_PROXIES must be networks'],
    ['trust in everybody', { TRUSTED_PROXIES: '10.0.0.1,0.0.0.0/0' }, 'TRUSTED_PROXIES must name your own'],
    ['trust in everybody of IPv6', { TRUSTED_PROXIES: '::/0' }, 'TRUSTED_PROXIES must name your own'],
    ['trust in half of everybody', { TRUSTED_PROXIES: '128.0.0.0/1' }, 'TRUSTED_PROXIES must name your own'],
    ...['::ffff:0:0/96', '::ffff:10.0.0.1/32', '::FFFF:a00:1', '0:0:0:0:0:ffff:10.0.0.0/104'].map(
      (TRUSTED_PROXIES): [string, Record<string, string>, string] => [
        `IPv4 written as ${TRUSTED_PROXIES}`,
        { TRUSTED_PROXIES },
        'no IPv4 written as IPv6',
      ],
    ),
    ['trust in everybody by name', { TRUSTED_PROXIES: 'true' }, 'TRUSTED_PROXIES must be networks'],
    ['Redis without a secret', { REDIS_URL: 'redis://localhost' }, 'STATE_SECRET is required with REDIS_URL'],
    [
      'local sessions that other replicas would stop',
      { REDIS_URL: 'redis://localhost', REDIS_DOWN: 'local', REAP_UNKNOWN: 'stop' },
      'REDIS_DOWN=local and REAP_UNKNOWN=stop exclude each other',
    ],
    ['Redis by its name alone', { REDIS_URL: 'redis:cache' }, 'REDIS_URL must be a URL'],
    ['another scheme for Redis', { REDIS_URL: 'https://localhost' }, 'REDIS_URL must be a URL'],
    ['a database by name', { REDIS_URL: 'redis://localhost/cache' }, 'REDIS_URL must be a URL'],
    ['a stray % in a password', { REDIS_URL: 'redis://:a%zz@localhost' }, 'written as %25'],
    ['a long wait', { DRAIN_WAIT_SECONDS: '16' }, 'DRAIN_WAIT_SECONDS must be a whole number of seconds'],
  ])('is refused with %s', (_what, variables, problem) => {
    const read = readEnvironment(variables);
    expect('problems' in read && read.problems.join('\n')).toContain(problem);
  });

  test('may name proxies of both families', () => {
    const TRUSTED_PROXIES = '10.0.0.0/8, 127.0.0.1,fc00::/7,::1,::1/128,2001:db8::/32';
    expect(readEnvironment({ TRUSTED_PROXIES })).toMatchObject({
      trustedProxies: TRUSTED_PROXIES.split(/, ?/),
    });
  });

  test.each(['redis://localhost', 'rediss://:p%25w@[::1]:6380/', 'redis://u:p@10.0.0.1/15'])(
    'may name Redis as %s',
    (REDIS_URL) => {
      const read = readEnvironment({ REDIS_URL, STATE_SECRET: 'x'.repeat(32) });
      expect('problems' in read ? read.problems : read.redis?.url.reveal()).toBe(REDIS_URL);
    },
  );

  test.each([
    ' redis://:the-password@localhost',
    'redis://:the-password@localhost\n',
    '"redis://:the-password@localhost"',
    'redis://:the-password@local host',
    'REDISS://:the-password@localhost',
    'Redis://:the-password@localhost',
    'redis://:the-password@localhost?db=3',
    'redis://:the-password@localhost?db=abc',
    'redis://:the-password@localhost/0?sentinels=x',
    'redis://:the-password@localhost?Connector=1',
    'redis://:the-password@localhost/0#',
    'redis://:the-password#@localhost',
  ])('may not name Redis as %j, and is not quoted', (REDIS_URL) => {
    const read = readEnvironment({ REDIS_URL });
    expect(read).toEqual({
      problems: [
        expect.stringMatching(
          /^REDIS_URL must be a URL that begins with redis:\/\/ or rediss:\/\//,
        ) as string,
      ],
    });
    expect(JSON.stringify(read)).not.toContain('the-password');
  });

  test('with blank variables is as if they were not there', () => {
    const blanks = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, ' ']));
    expect(readEnvironment(blanks)).toEqual(readEnvironment({}));
  });

  const others = { REDIS_URL: 'redis://localhost', STATE_SECRET: 'x'.repeat(32) };
  test.each(['JWT_SECRET', 'JWT_ISSUER', 'JWT_AUDIENCE', 'STATE_SECRET'])(
    'is refused with quotes or blanks around %s, which is not quoted',
    (name) => {
      const text = 'the-text-'.repeat(4);
      const problemsWith = (value: string): unknown => {
        const read = readEnvironment({ ...secret, ...others, [name]: value });
        return 'problems' in read && read.problems;
      };
      for (const quote of ['"', "'", '`']) {
        expect(problemsWith(quote + text + quote)).toEqual([`${name} has quotes around it: leave them out.`]);
      }
      for (const value of [` ${text}`, `${text}\n`, `\t${text} `]) {
        expect(problemsWith(value)).toEqual([`${name} has spaces or line breaks around it: leave them out.`]);
      }
      for (const value of [text, `"${text}`, `${text} ${text}`]) expect(problemsWith(value)).toBe(false);
    },
  );

  test('names any subset of vendors, and keeps their keys secret', () => {
    const read = readEnvironment({ ANAM_API_KEY: 'the-key', ANAM_BASE_URL: 'http://127.0.0.1:4010/anam' });
    if ('problems' in read) throw new Error(read.problems.join());
    expect(Object.keys(read.accounts)).toEqual(['anam']);
    expect(read.accounts.anam?.apiKey.reveal()).toBe('the-key');
    expect(read.accounts.anam?.baseUrl).toBe('http://127.0.0.1:4010/anam');
    expect(JSON.stringify(read)).not.toContain('the-key');
  });

  test.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
  ])('with DEV=%s', (DEV, dev) => {
    expect(readEnvironment({ DEV })).toMatchObject({ dev });
  });

  test.each([
    ['PORT', 'eighty', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['PORT', '65536', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['PORT', '-1', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['PORT', '0x50', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['DEV', 'yes', 'DEV (--dev) must be 1 or 0.'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent.'],
    ['SIMLI_BASE_URL', 'api.simli.ai', 'SIMLI_BASE_URL must be a URL, such as https://api.example.com.'],
    ['ANAM_BASE_URL', 'file:///etc', 'ANAM_BASE_URL must be a URL, such as https://api.example.com.'],
  ])('with %s=%s is refused', (name, value, problem) => {
    expect(readEnvironment({ [name]: value })).toEqual({ problems: [problem] });
  });

  test('names everything that is wrong at once', () => {
    expect(readEnvironment({ PORT: 'x', DEV: 'x' })).toMatchObject({ problems: { length: 2 } });
    expect(readEnvironment({ ...jwt, PORT: 'x', JWT_AUDIENCE: '' })).toEqual({
      problems: [
        'PORT (--port) must be a whole number from 0 to 65535.',
        'JWT_AUDIENCE is required: without it a JWT for another service would do.',
      ],
    });
    const redis = { REDIS_URL: 'redis://localhost', STATE_SECRET: 'short' };
    expect(readEnvironment(redis)).toEqual({
      problems: ['STATE_SECRET must have at least 32 bytes, from a random source.'],
    });
  });
});
