import { SignJWT } from 'jose';
import type { Request } from 'playwright-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';

const SECRET = 'a-shared-key-that-only-this-test-has-51c7';
const ISSUER = 'https://issuer.example.com';
const AUDIENCE = 'token-server';

/** As a company's own backend does it, which knows who is logged in. */
function tokenOf(subject: string, lives = '1m'): Promise<string> {
  return new SignJWT({ sub: subject, iss: ISSUER, aud: AUDIENCE })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime(lives)
    .sign(new TextEncoder().encode(SECRET));
}

let token: () => Promise<string>;
let given: string[];

beforeEach(() => {
  given = [];
  token = () => tokenOf('ada');
});

const callers = {
  settings: { JWT_SECRET: SECRET, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
  token: async () => {
    const made = await token();
    given.push(made);
    return made;
  },
};

endToEnd(
  'a token server that checks its callers',
  (world) => {
    const leasesOf = async (subject: string): Promise<readonly string[]> =>
      (await world().tokenServer.sessions(await tokenOf(subject))).map(({ preset }) => preset);

    test('the page gets a session for whoever its own server vouches for', async () => {
      await using face = await world().open();
      const { page } = face;
      const posted = (path: RegExp): Promise<Request> =>
        page.waitForRequest((request) => request.method() === 'POST' && path.test(request.url()));
      const minted = posted(/\/v1\/sessions$/);
      const beaten = posted(/\/heartbeat$/);
      await face.connect({ preset: 'liveavatar-host' });
      const authorization = await (await minted).headerValue('authorization');
      expect(given.map((made) => `Bearer ${made}`)).toContain(authorization);
      await face.untilMoving();
      expect(await leasesOf('ada')).toEqual(['liveavatar-host']);
      expect(await leasesOf('eve')).toEqual([]);
      expect((await (await beaten).response())?.status()).toBe(200);
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await face.untilStatus('Not connected');
      await expect.poll(() => leasesOf('ada')).toEqual([]);
      const urls = face.asked.join('\n');
      const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
      for (const made of given) {
        expect(urls).not.toContain(made);
        expect(kept).not.toContain(made);
      }
      expect(face.thrown).toEqual([]);
    });

    test('closing the page ends the session without any more proof', async () => {
      await using face = await world().open();
      await face.connect({ preset: 'liveavatar-host' });
      await face.untilMoving();
      expect(await leasesOf('ada')).toEqual(['liveavatar-host']);
      token = () => Promise.reject(new Error('logged out'));
      await face.page.goto('about:blank');
      await expect.poll(() => leasesOf('ada')).toEqual([]);
    });

    test('a token that is too old, and then a good one', async () => {
      token = () => tokenOf('ada', '-5m');
      await using face = await world().open();
      expect(await face.problem()).toBe('unauthorized');
      token = () => tokenOf('ada');
      await face.page.getByRole('button', { name: 'Load the presets again' }).click();
      await face.page.getByRole('radio', { name: 'anam-guide' }).waitFor();
      token = () => tokenOf('ada', '-5m');
      await face.connect({ preset: 'anam-guide' });
      expect(await face.problem()).toBe('unauthorized');
      token = () => tokenOf('ada');
      await face.page.getByRole('button', { name: 'Connect again' }).click();
      await face.untilMoving();
    });

    test('a token that is no longer good costs the session, and is told before the vendor’s words', async () => {
      await using face = await world().open();
      await face.connect({ preset: 'anam-guide' });
      await face.untilMoving();
      token = () => tokenOf('ada', '-5m');
      expect(await face.problem(30_000)).toBe('unauthorized');
      expect(await face.page.locator('#problem-message').innerText()).toMatch(
        /^The token server took no more heartbeats: .*The token has expired\.$/,
      );
      expect(await face.page.locator('#problem-hint').innerText()).toMatch(
        /\. Anam has ended the session\. Anam says: /,
      );
      await face.screenshot('caller no longer known');
      token = () => tokenOf('ada');
      await face.page.getByRole('button', { name: 'Connect again' }).click();
      await face.untilMoving();
    });

    test('nobody who vouches', async () => {
      using _ = vi.spyOn(console, 'error').mockReturnValue();
      token = () => Promise.reject(new Error('the issuer is down'));
      await using face = await world().open();
      expect(await face.problem()).toBe('no_caller_token');
      token = () => tokenOf('ada');
      await face.page.getByRole('button', { name: 'Load the presets again' }).click();
      await face.page.getByRole('radio', { name: 'anam-guide' }).waitFor();
    });

    test('a link that names another server gets no token', async () => {
      const elsewhere = world().sandbox.anam.baseUrl;
      await using face = await world().open({ path: `/?server=${encodeURIComponent(elsewhere)}` });
      expect(await face.problem()).toBe('not_a_token_server');
      expect(face.asked.filter((url) => url.startsWith(elsewhere))).not.toEqual([]);
      expect(given).toEqual([]);
    });
  },
  callers,
);
