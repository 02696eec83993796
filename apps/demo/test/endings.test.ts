import type { BrowserContext } from 'playwright-core';
import { expect, test } from 'vitest';
import { serveDemo } from '../src/serve.ts';
import { CONNECTIONS } from './rig/connections.ts';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace, type Face, type Preset } from './rig/face.ts';
import type { Vendor } from './rig/sandbox.ts';
import { startTokenServer, type TokenServer } from './rig/token-server.ts';
import { BUILT_PAGE, type World } from './rig/world.ts';

endToEnd('whoever ends a session, it is over everywhere', (world) => {
  const leases = async (): Promise<readonly string[]> =>
    (await world().tokenServer.sessions()).map(({ id }) => id);
  /** The one that there is. */
  const lease = async (): Promise<string> => {
    await expect.poll(leases).toHaveLength(1);
    const [id = ''] = await leases();
    return id;
  };
  /** By its word, and not because it fell silent. */
  const untilEndedByPage = async (id: string): Promise<void> => {
    await expect.poll(() => world().tokenServer.endReason(id)).toBe('page_closed');
  };
  // Anam keeps a session whose signalling is gone for a while, since its SDK may come back.
  const watched = async (): ReturnType<World['sandbox']['sessions']> =>
    (await world().sandbox.sessions()).filter(({ state }) => state !== 'away');

  test.each(CONNECTIONS)('the tab is closed: %s', async (_, choice) => {
    await using face = await world().open();
    await face.connect(choice);
    await face.untilMoving();
    const id = await lease();
    await face.page.close({ runBeforeUnload: true });
    await untilEndedByPage(id);
    await expect.poll(watched).toEqual([]);
  });

  test.each(CONNECTIONS)('the server ends it: %s', async (_, choice) => {
    await using face = await world().open();
    await face.connect(choice);
    await face.untilMoving();
    await fetch(`${world().tokenServer.url}/v1/sessions/${await lease()}`, { method: 'DELETE' });
    // A vendor that can stop it may tell first; otherwise the page learns it with its next heartbeat.
    expect(await face.problem()).toMatch(
      /^(session_ended|anam_ended|liveavatar_ended|liveavatar_disconnected)$/,
    );
    await expect.poll(watched).toEqual([]);
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    await face.untilMoving();
    const again = await lease();
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    await untilEndedByPage(again);
    expect(face.thrown).toEqual([]);
  });

  test('another page is opened in the same tab', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    const id = await lease();
    await face.page.goto('about:blank');
    await untilEndedByPage(id);
    await expect.poll(watched).toEqual([]);
  });

  test('the tab is closed while it connects', async () => {
    await using face = await world().open();
    await world().sandbox.disturb('liveavatar', { kind: 'signallingSilent' });
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilStatus('Connecting to LiveAvatar…');
    // Or it is the next test's session that gets no answer.
    await expect.poll(watched).toHaveLength(1);
    const id = await lease();
    await face.page.close({ runBeforeUnload: true });
    await untilEndedByPage(id);
  });

  test('the token server dies: the picture goes on, and the page says that nobody looks after it', async () => {
    await using face = await world().open();
    // Anam's would be stopped once the page seems silent.
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
    await face.page.route(/\/heartbeat$/, (route) => route.abort());
    await expect
      .poll(() => face.timeline())
      .toContainEqual(
        expect.stringMatching(/^Heartbeat failed: The token server at .* cannot be reached\.$/),
      );
    await face.untilMoving();
    await face.untilStatus('Live');
  });

  test('the network is lost, which is told before what the vendor makes of it', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    await face.page.context().setOffline(true);
    expect(await face.problem(20_000)).toBe('offline');
    expect(await face.page.locator('#problem-message').innerText()).toBe('This device lost its network.');
    expect(await face.page.locator('#problem-hint').innerText()).toMatch(/once it is back\. .*LiveAvatar/);
    await face.screenshot('network lost');
    await face.page.context().setOffline(false);
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    await face.untilMoving();
    // What is over is not held against the next session.
    await world().sandbox.disturb('liveavatar', { kind: 'end' }, 'live');
    expect(await face.problem()).toBe('liveavatar_ended');
  });
});

endToEnd('a token server that was restarted knows no session of before', (world) => {
  test('each session goes on, and its page says what is so', async () => {
    const goesOn = async (vendor: Vendor, preset: Preset): Promise<void> => {
      const { sandbox, newContext } = world();
      await using made = new AsyncDisposableStack();
      const start = async (port = 0): Promise<TokenServer> =>
        made.adopt(await startTokenServer(sandbox, { port }), (server) => server.close());
      const tokenServer = await start();
      const demo = made.adopt(
        await serveDemo({ tokenServerUrl: tokenServer.url, sandbox, root: BUILT_PAGE }),
        (served) => served.close(),
      );
      const face = made.use(await openFace(await newContext(), demo.url));
      const { page } = face;
      await face.connect({ preset });
      await face.untilMoving();
      await tokenServer.crash();
      await start(Number(new URL(tokenServer.url).port));
      expect(await face.problem()).toBe('session_forgotten');
      await face.untilMoving();
      await face.untilStatus('Live');
      await page.locator('#facts').getByText('No, it has forgotten it').waitFor({ timeout: 1000 });
      expect(await page.getByRole('button', { name: 'Connect again' }).isVisible()).toBe(false);
      await face.screenshot(`forgotten ${vendor}`);

      const isTold = (): Promise<boolean> => page.locator('#problem').isVisible();
      await page.getByRole('button', { name: 'Dismiss' }).click();
      const unknownStill = await page.waitForResponse(/\/heartbeat$/);
      expect(unknownStill.status()).toBe(404);
      expect(await isTold()).toBe(false);
      await sandbox.disturb(vendor, { kind: 'end' }, 'live');
      expect(await face.problem()).toBe('session_forgotten');
      expect(await page.locator('#problem-hint').innerText()).toMatch(/(Simli|Anam|LiveAvatar) has ended/);
      await page.getByRole('button', { name: 'Connect again' }).click();
      await face.untilMoving();
      expect(await isTold()).toBe(false);
      expect(await page.locator('#facts').innerText()).not.toContain('forgotten');
      expect(face.thrown).toEqual([]);
    };
    await Promise.all([
      goesOn('simli', 'simli-greeter'),
      goesOn('anam', 'anam-guide'),
      goesOn('liveavatar', 'liveavatar-host'),
    ]);
  });
});

endToEnd('one session is given back before the next is asked for', (world) => {
  /** What becomes of the sessions in all tabs, in its order. */
  const order = (context: BrowserContext): readonly string[] => {
    const seen: string[] = [];
    context.on('request', (request) => {
      if (request.method() === 'POST' && /\/v1\/sessions$/.test(request.url())) seen.push('asked for');
    });
    context.on('response', (response) => {
      if (response.url().endsWith('/end')) seen.push('given back');
    });
    return seen;
  };
  /** A vendor that takes its time to stop one. */
  const slowStop = (): Promise<AsyncDisposable> =>
    world().sandbox.fail('liveavatar', 'sessions.stop', { delayMs: 400, times: 10 });

  test('by Reconnect', async () => {
    await using face = await world().open();
    const seen = order(face.page.context());
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    await using _ = await slowStop();
    await world().sandbox.disturb('liveavatar', { kind: 'freeze' }, 'live');
    await face.page.getByRole('button', { name: 'Reconnect' }).click();
    await face.untilStatus('Live');
    expect(seen).toEqual(['asked for', 'given back', 'asked for']);
    expect(face.thrown).toEqual([]);
  });

  test('by taking over from another tab', async () => {
    const context = await world().newContext();
    const seen = order(context);
    await using first = await openFace(context, world().demo.url);
    await first.connect({ preset: 'liveavatar-host' });
    await first.untilMoving();
    const second = await openFace(context, world().demo.url);
    await second.connect({ preset: 'anam-guide' });
    expect(await second.problem()).toBe('second_tab');
    await second.choose({ preset: 'simli-greeter' });
    await using _ = await slowStop();
    await second.page.getByRole('button', { name: 'End it there, connect here' }).click();
    await second.untilMoving();
    // What is chosen now, not what was chosen before.
    await second.page.locator('#facts').getByText('simli-greeter').waitFor({ timeout: 1000 });
    // The button that was pressed is gone; in the first tab the one that had the focus is, too.
    expect(await second.page.evaluate(() => document.activeElement?.id)).toBe('disconnect');
    expect(await first.page.evaluate(() => document.activeElement?.id)).toBe('problem-act');
    expect(seen).toEqual(['asked for', 'given back', 'asked for']);
  });

  test('but nobody waits long for a vendor or a server that does not end it', async () => {
    const context = await world().newContext();
    await context.addInitScript(() => {
      AudioContext.prototype.close = () => new Promise(() => undefined);
    });
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
    await face.page.route(/\/end$/, () => undefined);
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    expect(await face.problem()).toBe('end_unconfirmed');
    expect(await face.timeline()).toContain(
      'The end was not confirmed: The token server did not answer within 2 seconds.',
    );
  });
});

endToEnd('an end that the token server has not confirmed is told', (world) => {
  test.each([
    ['simli-greeter', /^It cannot end this session at Simli by itself/],
    ['anam-guide', /^Where it has not heard of it, it ends the session at Anam once .* for 0:05\.$/],
    [
      'liveavatar-host',
      /^Where it has not heard of it, it ends the session at LiveAvatar once .* for 0:05\.$/,
    ],
  ] as const)('where the server refuses: %s', async (preset, hint) => {
    await using face = await world().open();
    const { page } = face;
    await face.connect({ preset });
    await face.untilMoving();
    // Anam's only once the server knows its id.
    await page
      .locator('#facts div')
      .filter({ hasText: /^Server can stop it\s*(Yes|No, its cap ends it)$/ })
      .waitFor();
    await page.route(/\/end$/, (route) => route.fulfill({ status: 500 }));
    await page.getByRole('button', { name: 'Disconnect' }).click();
    expect(await face.problem()).toBe('end_unconfirmed');
    expect(await page.locator('#problem-hint').innerText()).toMatch(hint);
    expect((await face.timeline()).slice(-2)).toEqual([
      'The end was not confirmed: The address answered with status 500, and no explanation.',
      'Ended: The token server has not confirmed that the session is over.',
    ]);
    await face.untilStatus('Not connected');
    if (preset === 'liveavatar-host') await face.screenshot('end not confirmed');
    expect(face.thrown).toEqual([]);
  });

  test('where the page is offline; the server ends it once it has missed the page', async () => {
    const { tokenServer } = world();
    // What the tests before have left is ended so, too.
    await expect.poll(() => tokenServer.sessions()).toEqual([]);
    await using face = await world().open();
    const { page } = face;
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    await expect.poll(() => tokenServer.sessions()).toHaveLength(1);
    const [{ id } = { id: '' }] = await tokenServer.sessions();
    await expect.poll(() => tokenServer.canStop(id)).toBe(true);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    expect(await face.problem()).toBe('end_unconfirmed');
    expect(await face.timeline()).toContainEqual(
      expect.stringMatching(/^The end was not confirmed: The token server at .* cannot be reached\.$/),
    );
    await expect.poll(() => tokenServer.endReason(id)).toBe('silent');
  });

  test('and why it ended is told before that', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    await face.page.route(/\/end$/, (route) => route.fulfill({ status: 500 }));
    await world().sandbox.disturb('liveavatar', { kind: 'end' }, 'live');
    expect(await face.problem()).toBe('liveavatar_ended');
    expect(await face.page.locator('#problem-hint').innerText()).toMatch(
      /^LiveAvatar says: .* The token server has not confirmed that the session is over\. Where/,
    );
  });
});

endToEnd('LiveAvatar’s session is ended by its own token', (world) => {
  const STOP = /\/v1\/sessions\/stop$/;

  test('by a last call that outlives the page', async () => {
    const context = await world().newContext();
    const outliving: string[] = [];
    await context.exposeFunction('outlives', (url: string) => outliving.push(url));
    await context.addInitScript(() => {
      const { fetch } = globalThis;
      globalThis.fetch = (input, init) => {
        const { outlives } = globalThis as unknown as { outlives: (url: string) => void };
        if (init?.keepalive === true) outlives(input instanceof Request ? input.url : String(input));
        return fetch(input, init);
      };
    });
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    // As if it were closed; a page that is can tell nobody.
    await face.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
    await expect.poll(() => outliving).toContainEqual(expect.stringMatching(STOP));
  });

  test('although its SDK connects after Disconnect, and the first call to stop it was lost', async () => {
    await using face = await world().open();
    const { page } = face;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(/\/v1\/sessions\/start$/, async (route) => {
      const response = await route.fetch();
      await held;
      await route.fulfill({ response });
    });
    await page.route(STOP, (route) => route.abort(), { times: 1 });
    // Nor does the server end it, which hears of neither the page's beginning nor its end.
    await page.route(/\/(heartbeat|end)$/, (route) => route.abort());
    const begun = page.waitForRequest(/\/v1\/sessions\/start$/);
    await face.connect({ preset: 'liveavatar-host' });
    await begun;
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    const stopped = page.waitForResponse((response) => STOP.test(response.url()) && response.ok());
    letGo();
    await stopped;
    await expect.poll(() => world().sandbox.sessions()).toEqual([]);
  });
});

endToEnd('the server stops Anam’s session by the id that only the page knows', (world) => {
  /** The session that is watched, once the server knows by which id to stop it. */
  const stoppable = async (): Promise<string> => {
    const { tokenServer, sandbox } = world();
    await expect
      .poll(async () => Promise.all((await tokenServer.sessions()).map(({ id }) => tokenServer.canStop(id))))
      .toEqual([true]);
    const watched = async (): Promise<readonly string[]> =>
      (await sandbox.sessions()).filter(({ state }) => state !== 'away').map(({ id }) => id);
    // The server knows of it before Anam's signalling does.
    await expect.poll(watched).toHaveLength(1);
    const [id = ''] = await watched();
    return id;
  };
  /** Resolves once the server has asked Anam to stop it, and Anam has. */
  const untilStopped = async (id: string): Promise<void> => {
    const { sandbox, tokenServer } = world();
    const stop = { vendor: 'anam', method: 'POST', path: `/v1/sessions/${id}/stop`, status: 200 };
    await expect.poll(() => sandbox.journal()).toContainEqual(expect.objectContaining(stop));
    const headers = { authorization: 'Bearer any-key' };
    const record = await fetch(`${sandbox.anam.baseUrl}/v1/sessions/${id}`, { headers });
    expect(await record.json()).toMatchObject({ id, endTime: expect.any(String) as string });
    await expect.poll(() => tokenServer.sessions()).toEqual([]);
  };

  test.each<[string, (face: Face) => Promise<unknown>]>([
    ['the tab is closed', ({ page }) => page.close({ runBeforeUnload: true })],
    ['another page is opened in it', ({ page }) => page.goto('about:blank')],
    ['Disconnect is pressed', ({ page }) => page.getByRole('button', { name: 'Disconnect' }).click()],
    ['its heartbeats are lost', ({ page }) => page.route(/\/heartbeat$/, (route) => route.abort())],
  ])('%s', async (_, leave) => {
    await using face = await world().open();
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    const id = await stoppable();
    // The page is told so by its next heartbeat.
    await face.page
      .locator('#facts div')
      .filter({ hasText: /^Server can stop it\s*Yes$/ })
      .waitFor();
    await leave(face);
    await untilStopped(id);
  });

  test('the tab is closed while it connects', async () => {
    await using face = await world().open();
    await world().sandbox.disturb('anam', { kind: 'signallingSilent' });
    await face.connect({ preset: 'anam-guide' });
    const id = await stoppable();
    await face.untilStatus('Connecting to Anam…');
    await face.page.close({ runBeforeUnload: true });
    await untilStopped(id);
  });

  test('Disconnect is pressed before Anam has begun it', async () => {
    await using face = await world().open();
    const start = /\/v1\/engine\/session$/;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await face.page.route(start, async (route) => {
      await held;
      await route.continue();
    });
    const asked = face.page.waitForRequest(start);
    await face.connect({ preset: 'anam-guide' });
    await asked;
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    const begun = face.page.waitForResponse(start);
    letGo();
    await begun;
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    // By now the first one would be seen too.
    await stoppable();
  });

  test.each(['simli-greeter', 'liveavatar-host'] as const)(
    'nothing of that is told for %s',
    async (preset) => {
      await using face = await world().open();
      const told: (string | null)[] = [];
      face.page.on('request', (request) => {
        if (request.url().endsWith('/heartbeat')) told.push(request.postData());
      });
      await face.connect({ preset });
      await face.untilMoving();
      const before = told.length;
      await expect.poll(() => told.length).toBeGreaterThan(before);
      expect(told.filter((body) => body !== null)).toEqual([]);
    },
  );
});
