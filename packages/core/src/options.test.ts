import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { thrownBy } from '../test/calling.ts';
import { acme, KEY, mint } from '../test/acme.ts';
import { resolveCall } from './call-options.ts';
import type { Hooks } from './hooks.ts';
import { refusalFor, resolveSettings } from './options.ts';
import { RetryBudget } from './retry-budget.ts';
import { Secret } from './secret.ts';

/** Options as JavaScript may give them, which no type has seen. */
const settingsOf = (options: object): ReturnType<typeof resolveSettings> => resolveSettings(acme, options);
const withKey = (options: object): ReturnType<typeof resolveSettings> =>
  settingsOf({ apiKey: KEY, ...options });

beforeEach(() => {
  vi.stubEnv('ACME_API_KEY', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('defaults', () => {
  it('are those of the design', () => {
    expect(withKey({})).toMatchObject({
      apiKey: KEY,
      origin: 'https://api.acme.example',
      basePath: '',
      attemptTimeoutMs: 10_000,
      deadlineMs: 30_000,
      maxAttempts: 3,
      retryBudget: { capacity: 100, tokens: 100 },
      hooks: [],
      logLevel: 'warn',
    });
  });

  it('stand for every option that is undefined', () => {
    const undefinedOnes = {
      baseUrl: undefined,
      attemptTimeoutMs: undefined,
      deadlineMs: undefined,
      maxAttempts: undefined,
      retryBudget: undefined,
      fetch: undefined,
      dispatcher: undefined,
      hooks: undefined,
      logger: undefined,
      logLevel: undefined,
      dangerouslyAllowBrowser: undefined,
    };
    expect(withKey(undefinedOnes)).toEqual(withKey({}));
  });

  it('give each client a budget of its own', () => {
    expect(withKey({}).retryBudget).not.toBe(withKey({}).retryBudget);
  });

  it('do without a budget when told so, and share the one that is given', () => {
    const retryBudget = new RetryBudget(20);
    expect(withKey({ retryBudget: false }).retryBudget).toBeUndefined();
    expect(withKey({ retryBudget }).retryBudget).toBe(retryBudget);
  });
});

describe('the API key', () => {
  it('may come from the environment, where undefined counts as absent', () => {
    vi.stubEnv('ACME_API_KEY', 'key-of-environment');
    expect(settingsOf({}).apiKey).toBe('key-of-environment');
    expect(settingsOf({ apiKey: undefined }).apiKey).toBe('key-of-environment');
    expect(settingsOf({ apiKey: KEY }).apiKey).toBe(KEY);
  });

  it('may be a Secret, or a function that is not asked yet', () => {
    const ask = vi.fn(() => KEY);
    expect(settingsOf({ apiKey: new Secret(KEY) }).apiKey).toBe(KEY);
    expect(settingsOf({ apiKey: ask }).apiKey).toBe(ask);
    expect(ask).not.toHaveBeenCalled();
  });

  it('is asked for by the name of its variable when there is none', () => {
    const error = thrownBy(() => settingsOf({}));
    expect(error.message).toBe('acme: apiKey is missing: pass it as an option or set ACME_API_KEY');
    expect(error).toMatchObject({ code: 'configuration', vendor: 'acme', attempts: 0, retryable: false });
  });

  it.each<[string, unknown]>([
    ['is empty', ''],
    ['is empty', '   '],
    ['has quotes around it', `"${KEY}"`],
    ['has spaces or line breaks around it', ` ${KEY}`],
    ['has spaces or line breaks around it', `${KEY}\n`],
    ['has "Bearer " pasted in front of it', `Bearer ${KEY}`],
    ['has characters in it that no key has', `${KEY} ${KEY}`],
    ['has quotes around it', new Secret(`'${KEY}'`)],
    ['is number, not a string', 42],
    ['is null, not a string', null],
    ['is object, not a string', {}],
    ['is object, not a string', new Secret({ key: KEY } as unknown as string)],
  ])('%s: refused without being shown', (fault, apiKey) => {
    const error = thrownBy(() => settingsOf({ apiKey }));
    expect(error.message).toContain(`acme: apiKey ${fault}`);
    expect(error.code).toBe('configuration');
    expect(inspect(error, { depth: Infinity }) + JSON.stringify(error)).not.toContain(KEY);
  });

  it('is refused by the name of the variable that holds it', () => {
    vi.stubEnv('ACME_API_KEY', `"${KEY}"`);
    const error = thrownBy(() => settingsOf({}));
    expect(error.message).toBe('acme: ACME_API_KEY has quotes around it; give the key alone');
  });

  it('is refused when the variable is there and empty', () => {
    vi.stubEnv('ACME_API_KEY', '');
    expect(thrownBy(() => settingsOf({})).message).toContain('ACME_API_KEY is empty');
  });
});

describe('the base URL', () => {
  it.each([
    ['https://api.acme.example', 'https://api.acme.example', ''],
    ['https://api.acme.example/', 'https://api.acme.example', ''],
    ['https://proxy.example/acme/v2//', 'https://proxy.example', '/acme/v2'],
    ['https://proxy.example:8443', 'https://proxy.example:8443', ''],
    ['http://localhost:3000', 'http://localhost:3000', ''],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000', ''],
    ['http://127.9.9.9', 'http://127.9.9.9', ''],
    ['http://[::1]:3000', 'http://[::1]:3000', ''],
  ])('%s is taken apart', (baseUrl, origin, basePath) => {
    expect(withKey({ baseUrl })).toMatchObject({ origin, basePath });
  });

  it.each<[unknown, string]>([
    ['', 'is empty'],
    ['api.acme.example', 'is not a URL'],
    ['/v1', 'is not a URL'],
    [42, 'is not a URL'],
    ['ftp://api.acme.example', 'must start with https://'],
    ['file:///etc/passwd', 'must start with https://'],
    ['http://api.acme.example', 'must be https'],
    ['http://127.0.0.1.evil.example', 'must be https'],
    ['http://localhost.evil.example', 'must be https'],
    ['http://10.0.0.1', 'must be https'],
    ['http://0.0.0.0', 'must be https'],
    ['https://api.acme.example?token=a-secret', 'must not have a query or a fragment'],
    ['https://api.acme.example/#a-secret', 'must not have a query or a fragment'],
    ['https://user:a-secret@api.acme.example', 'must not hold a user or a password'],
    ['https://a-secret@api.acme.example', 'must not hold a user or a password'],
    ['https://:a-secret@api.acme.example', 'must not hold a user or a password'],
  ])('%o is refused without being shown', (baseUrl, rule) => {
    const error = thrownBy(() => withKey({ baseUrl }));
    expect(error.message).toContain(`acme: baseUrl ${rule}`);
    expect(error.message).not.toContain('a-secret');
  });
});

describe('numbers', () => {
  const limitsOf = (options: object): unknown =>
    resolveCall({ vendor: acme, settings: withKey({}) }, options, mint, refusalFor(acme));
  const NUMBERS = ['attemptTimeoutMs', 'deadlineMs', 'maxAttempts'] as const;
  const BAD: readonly unknown[] = [Number.NaN, Infinity, -Infinity, -1, 0, -0, '5', null, {}, true, 5n];
  const cases = NUMBERS.flatMap((option) => BAD.map((value) => [option, value] as const));

  it.each(cases)('%s of %o is refused for a client and for a call', (option, value) => {
    const words = new RegExp(`^acme: ${option} must be a (finite|whole) number above 0$`);
    expect(thrownBy(() => withKey({ [option]: value })).message).toMatch(words);
    expect(thrownBy(() => limitsOf({ [option]: value })).message).toMatch(words);
  });

  it.each([1.5, 2 ** 53])('maxAttempts of %d is refused', (maxAttempts) => {
    const rule = 'acme: maxAttempts must be a whole number above 0';
    expect(thrownBy(() => withKey({ maxAttempts })).message).toBe(rule);
    expect(thrownBy(() => limitsOf({ maxAttempts })).message).toBe(rule);
  });

  it('may be fractions of a millisecond, and one attempt', () => {
    const limits = { attemptTimeoutMs: 0.5, deadlineMs: 1.5, maxAttempts: 1 };
    expect(withKey(limits)).toMatchObject(limits);
  });
});

describe('other options', () => {
  it.each<[string, object, string]>([
    ['one nobody knows', { colour: 1 }, 'colour is not an option'],
    ['a misspelt one', { apikey: KEY }, 'apikey is not an option; did you mean "apiKey"?'],
    ['one in another casing', { base_url: 'x' }, 'base_url is not an option; did you mean "baseUrl"?'],
    ['one of another library', { timeoutMs: 1 }, 'timeoutMs is not an option'],
    ['no budget', { retryBudget: true }, 'retryBudget must be a RetryBudget or false'],
    [
      'half a budget',
      { retryBudget: { take: () => undefined } },
      'retryBudget must be a RetryBudget or false',
    ],
    ['no fetch', { fetch: 'fetch' }, 'fetch must be a function'],
    ['no dispatcher', { dispatcher: {} }, 'dispatcher must be a Dispatcher of undici 7 or 8'],
    [
      'two transports',
      { fetch: () => undefined, dispatcher: { dispatch: () => true } },
      'dispatcher cannot be combined with "fetch": each replaces the transport',
    ],
    ['no log level', { logLevel: 'trace' }, 'logLevel must be one of debug, info, warn, error, off'],
    [
      'an unknown hook',
      { hooks: { onResponce: () => 1 } },
      'hooks.onResponce is not an option; did you mean "onResponse"?',
    ],
    ['no hook', { hooks: { onRetry: 'log' } }, 'hooks.onRetry must be a function'],
    ['no hook in a list', { hooks: [{}, { onRetry: 'log' }] }, 'hooks.onRetry must be a function'],
  ])('%s is refused', (_, options, message) => {
    const error = thrownBy(() => withKey(options));
    expect(error.message).toBe(`acme: ${message}`);
    expect(error.issues).toEqual([
      { path: message.split(' ')[0], message: message.slice(message.indexOf(' ') + 1) },
    ]);
  });

  it('takes hooks of which some are undefined, and lists of hooks', () => {
    const hooks = { onRetry: undefined, onError: () => undefined };
    expect(withKey({ hooks }).hooks).toEqual([hooks]);
    expect(withKey({ hooks: [hooks, {}] }).hooks).toEqual([hooks, {}]);
  });
});

describe('what plain JavaScript may give', () => {
  it('takes hooks of a class, with fields of its own', () => {
    class Counter implements Hooks {
      retries = 0;
      readonly onRetry = (): void => {
        this.retries++;
      };
    }
    const hooks = new Counter();
    expect(withKey({ hooks }).hooks).toEqual([hooks]);
  });

  it('refuses a logger that cannot log', () => {
    const logger = { info: () => undefined };
    expect(thrownBy(() => withKey({ logger }))).toMatchObject({ issues: [{ path: 'logger' }] });
  });

  it.each(['hooks', 'retryBudget', 'dispatcher'])(
    'refuses null for %s, which plain JavaScript may give',
    (path) => {
      const error = thrownBy(() => withKey({ [path]: null }));
      expect(error).toMatchObject({ code: 'configuration', issues: [{ path }] });
    },
  );

  it('does without an environment that may not be read, as Deno’s may not', () => {
    const env = new Proxy(
      {},
      {
        get: () => {
          throw new Error('NotCapable');
        },
      },
    );
    vi.stubGlobal('process', { env });
    expect(withKey({}).apiKey).toBe(KEY);
    expect(thrownBy(() => settingsOf({}))).toMatchObject({ code: 'configuration' });
    vi.unstubAllGlobals();
  });

  it('refuses null for all options', () => {
    expect(thrownBy(() => settingsOf(null as unknown as object))).toMatchObject({
      issues: [{ path: 'options' }],
    });
  });
});

describe('in a browser', () => {
  beforeEach(() => {
    vi.stubGlobal('window', {});
    vi.stubGlobal('document', {});
  });

  it('a client refuses to be made', () => {
    const error = thrownBy(() => withKey({}));
    expect(error.code).toBe('configuration');
    expect(error.message).toContain('readable by everybody who opens this page');
    expect(error.message).toContain('dangerouslyAllowBrowser: true');
  });

  it('unless told to', () => {
    expect(withKey({ dangerouslyAllowBrowser: true }).apiKey).toBe(KEY);
    expect(() => withKey({ dangerouslyAllowBrowser: 'yes' })).toThrow('readable by everybody');
  });

  it('nor in a worker of a page, which has neither window nor document', () => {
    Reflect.deleteProperty(globalThis, 'window');
    Reflect.deleteProperty(globalThis, 'document');
    expect(withKey({}).apiKey).toBe(KEY);
    vi.stubGlobal('importScripts', () => undefined);
    expect(thrownBy(() => withKey({})).message).toContain('readable by everybody');
  });

  it('and not where only one of the two is there, as in other runtimes', () => {
    vi.stubGlobal('document', undefined);
    Reflect.deleteProperty(globalThis, 'document');
    expect(withKey({}).apiKey).toBe(KEY);
  });
});
