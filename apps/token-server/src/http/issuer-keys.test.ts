import { SignJWT } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AUDIENCE, ISSUER, startIssuer, type Issuer } from '../../test/issuer.ts';
import { answering } from '../../test/listening.ts';
import { JwtCallers } from './jwt-callers.ts';
import { Problem } from './problem.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

describe('an issuer', () => {
  let now: number;
  let news: boolean[];
  let issuer: Issuer;
  let callers: JwtCallers;
  beforeEach(async () => {
    now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    news = [];
    issuer = await startIssuer();
    callers = new JwtCallers(issuer.callers.jwt, (there) => news.push(there));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await issuer[Symbol.asyncDispose]();
  });

  /** What becomes of whoever comes with it; without one, with a new one. */
  async function outcome(token?: string): Promise<string> {
    try {
      await callers.callerOf(token ?? (await issuer.token()));
      return 'good';
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  }

  /** What becomes of twenty who come at once, and of three after them. */
  async function outcomes(): Promise<ReadonlySet<string>> {
    const all = await Promise.all(Array.from({ length: 20 }, () => outcome()));
    for (let n = 0; n < 3; n++) all.push(await outcome());
    return new Set(all);
  }

  test.each([
    ['was never there', () => undefined],
    [
      'has been away for an hour',
      async () => {
        expect(await outcome()).toBe('good');
        now += HOUR;
      },
    ],
  ])('that %s is asked once a second, for all who wait', async (_what, before) => {
    await before();
    issuer.answer(500);
    const asked = issuer.asked();
    expect(await outcomes()).toEqual(new Set(['callers_unknown']));
    expect(issuer.asked()).toBe(asked + 1);
    now += SECOND;
    expect(await outcomes()).toEqual(new Set(['callers_unknown']));
    expect([issuer.asked(), news]).toEqual([asked + 2, [false]]);
    issuer.answer(200);
    now += SECOND;
    expect(await outcomes()).toEqual(new Set(['good']));
    expect([issuer.asked(), news]).toEqual([asked + 3, [false, true]]);
  });

  test.each([200, 500, 'hang'] as const)(
    'that answers %s is asked for invented key ids every half minute; its keys stay good',
    async (answer) => {
      expect(await outcome()).toBe('good');
      const [good, another] = [await issuer.token(), await issuer.token()];
      await issuer.rotate(false);
      issuer.answer(answer);
      now += 29 * SECOND;
      expect(await outcomes()).toEqual(new Set(['unauthorized']));
      expect(issuer.asked()).toBe(1);
      now += SECOND;
      expect(await outcomes()).toEqual(new Set(['unauthorized']));
      expect(await outcome(good)).toBe('good');
      now += 29 * SECOND;
      expect(await outcomes()).toEqual(new Set(['unauthorized']));
      expect(await outcome(another)).toBe('good');
      expect([issuer.asked(), news]).toEqual([2, answer === 200 ? [] : [false]]);
    },
  );

  test('that gives its keys no names may rotate them: each of four is tried, and a forger gets no more', async () => {
    await using unnamed = await startIssuer({ namesKeys: false });
    const lets = async (token: string): Promise<unknown> => {
      const fresh = new JwtCallers(unnamed.callers.jwt, () => undefined);
      return fresh.callerOf(token).then(
        ({ id }) => id,
        (error: unknown) => (error as Problem).detail,
      );
    };
    const tokens = [await unnamed.token()];
    for (let n = 0; n < 3; n++) {
      await unnamed.rotate();
      tokens.push(await unnamed.token());
    }
    for (const token of tokens) expect(await lets(token)).toBe('jwt:ada');
    expect(await lets(await unnamed.token({ aud: 'another' }))).toContain('"aud"');
    await unnamed.rotate(false);
    expect(await lets(await unnamed.token())).toContain('not signed by whom');
    await unnamed.rotate();
    expect(await lets(await unnamed.token())).toContain('not signed by whom');
  });

  test('that has a key too short to verify anything keeps nobody out who is signed for by another', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const good = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = [short, good].map(({ publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      alg: 'RS256',
    }));
    await using published = await answering((_request, response) => response.end(JSON.stringify({ keys })));
    const { jwt } = issuer.callers;
    const settings = { ...jwt, keys: { jwksUrl: published.url }, algorithms: ['RS256'] };
    const token = await new SignJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE })
      .setProtectedHeader({ alg: 'RS256' })
      .setExpirationTime('5m')
      .sign(good.privateKey);
    expect(await new JwtCallers(settings, () => undefined).callerOf(token)).toMatchObject({ id: 'jwt:ada' });
  });

  test('that has a new key is asked once for all who come with it, and lets them in', async () => {
    expect(await outcome()).toBe('good');
    now += 30 * SECOND;
    await issuer.rotate();
    expect(await outcomes()).toEqual(new Set(['good']));
    expect([issuer.asked(), news]).toEqual([2, []]);
  });
});
