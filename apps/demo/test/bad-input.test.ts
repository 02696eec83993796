import { expect, test } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace } from './rig/face.ts';
import { keepMicrophones, microphoneStates } from './rig/microphones.ts';

const SESSIONS = /\/v1\/sessions$/;

endToEnd('whatever is wrong, the page says it and knows a way on', (world) => {
  test('a double click begins one session', async () => {
    await using face = await world().open();
    await face.choose({ preset: 'anam-guide' });
    await face.page.evaluate(() => {
      const form = document.querySelector<HTMLFormElement>('#setup');
      form?.requestSubmit();
      form?.requestSubmit();
    });
    await face.page.getByRole('button', { name: 'Disconnect' }).dblclick({ timeout: 3000 });
    await face.untilStatus('Not connected');
    await face.page.getByRole('button', { name: 'Connect', exact: true }).dblclick();
    await face.untilMoving();
    expect(face.asked.filter((url) => SESSIONS.test(url))).toHaveLength(2);
  });

  test.each(['simli-greeter', 'anam-guide', 'liveavatar-host'] as const)(
    'the SDK’s file is gone, as when another release is served: nothing is paid for, %s',
    async (preset) => {
      await using face = await world().open();
      await face.choose({ preset });
      await face.page.route(/\/assets\/.*\.js$/, (route) => route.fulfill({ status: 404 }));
      await face.page.getByRole('button', { name: 'Connect', exact: true }).click();
      expect(await face.problem()).toBe('sdk_not_loaded');
      await face.screenshot('SDK not loaded');
      expect(face.asked).not.toContainEqual(expect.stringMatching(SESSIONS));
      await face.page.unroute(/\/assets\/.*\.js$/);
      const reloaded = face.page.waitForEvent('load');
      await face.page.getByRole('button', { name: 'Reload the page' }).click();
      await reloaded;
      await face.connect({ preset });
      await face.untilMoving();
      expect(face.thrown).toEqual([]);
    },
  );

  test('the token server is down when the page opens', async () => {
    const context = await world().newContext();
    await context.route(/\/v1\/presets$/, (route) => route.abort());
    await using face = await openFace(context, world().demo.url);
    expect(await face.problem()).toBe('token_server_unreachable');
    await face.screenshot('token server down');
    // Or nothing on the page would lead on.
    expect(await face.page.getByRole('button', { name: 'Dismiss' }).isVisible()).toBe(false);
    await context.unroute(/\/v1\/presets$/);
    await face.page.getByRole('button', { name: 'Load the presets again' }).click();
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
  });

  test('an address of the token server that is none', async () => {
    await using face = await world().open({ path: '/?server=localhost:8787' });
    expect(await face.problem()).toBe('bad_config');
    expect(await face.page.locator('#problem-message').innerText()).toContain('?server= is no address');
    expect(await face.page.getByRole('button', { name: 'Dismiss' }).isVisible()).toBe(false);
    expect(await face.page.getByRole('button', { name: 'Connect', exact: true }).isDisabled()).toBe(true);
  });

  test('the page’s own policy lets it ask no other token server, and that is told', async () => {
    await using face = await world().open({ path: '/?server=http://127.0.0.1:1' });
    expect(await face.problem()).toBe('token_server_unreachable');
    expect(await face.page.locator('#problem-hint').innerText()).toContain('Content-Security-Policy');
  });

  test('the token server is down at the click', async () => {
    await using face = await world().open();
    await face.page.route(SESSIONS, (route) => route.abort());
    await face.connect({ preset: 'simli-greeter' });
    expect(await face.problem()).toBe('token_server_unreachable');
    await face.page.unroute(SESSIONS);
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    await face.untilMoving();
  });

  test('the preset is gone', async () => {
    const context = await world().newContext();
    await context.route(
      /\/v1\/presets$/,
      async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: (await response.text()).replace('anam-guide', 'anam-of-old') });
      },
      { times: 1 },
    );
    await using face = await openFace(context, world().demo.url);
    await face.page.getByRole('radio', { name: 'anam-of-old' }).check();
    await face.page.getByRole('button', { name: 'Connect', exact: true }).click();
    expect(await face.problem()).toBe('preset_not_found');
    await face.page.getByRole('button', { name: 'Load the presets again' }).click();
    await face.page.getByRole('radio', { name: 'anam-guide' }).waitFor();
  });

  test('the server has started the session itself, which is ended again', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'liveavatar-started' });
    expect(await face.problem()).toBe('liveavatar_started');
    const ofLiveAvatar = async (): Promise<unknown[]> =>
      (await world().tokenServer.sessions()).filter(({ vendor }) => vendor === 'liveavatar');
    await expect.poll(ofLiveAvatar).toEqual([]);
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
  });

  test('a vendor that is down is told once, in words for people', async () => {
    const { sandbox } = world();
    await using face = await world().open();
    await using _down = await sandbox.fail('anam', 'sessionTokens.create', { status: 503, times: 100 });
    await face.connect({ preset: 'anam-guide' });
    expect(await face.problem()).toBe('vendor_unavailable');
    expect(await face.page.locator('#problem-message').innerText()).toBe(
      'The vendor is down, overloaded or out of reach.',
    );
    expect(await face.page.locator('#problem-hint').innerText()).toMatch(/^Worth asking again in \d+ s\.$/);
    await face.screenshot('vendor down');
  });

  test('a proxy loses the answer: the next click gets the same grant', async () => {
    await using face = await world().open();
    await face.page.route(
      SESSIONS,
      async (route) => {
        await route.fetch();
        const headers = { 'access-control-allow-origin': '*' };
        await route.fulfill({ status: 502, headers, body: '<html>Bad gateway</html>' });
      },
      { times: 1 },
    );
    await face.connect({ preset: 'anam-guide' });
    expect(await face.problem()).toBe('token_server_failed');
    const answered = face.page.waitForResponse(
      (response) => SESSIONS.test(response.url()) && response.request().method() === 'POST',
    );
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    expect((await answered).headers()).toMatchObject({ 'idempotency-replayed': 'true' });
    await face.untilMoving();
  });

  test.each([
    ['ahead', 600_000],
    ['behind', -600_000],
  ])('this device’s clock is ten minutes %s', async (_, ms) => {
    const context = await world().newContext();
    await context.addInitScript((difference) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + difference;
    }, ms);
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
  });

  test('the microphone is refused: the face is there all the same', async () => {
    await using face = await world().open();
    await face.page.getByRole('switch').check();
    await face.connect({ preset: 'anam-guide' });
    expect(await face.problem()).toBe('microphone_refused');
    await face.untilMoving();
    expect(await face.page.getByRole('button', { name: /ute microphone/ }).isVisible()).toBe(false);
  });

  test('the browser still asks for the microphone: the page waits for that, and for no grant', async () => {
    const context = await world().newContext({ permissions: ['microphone'] });
    await context.addInitScript(() => {
      const { mediaDevices } = navigator;
      const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
      const answered = new Promise((resolve) => {
        Object.assign(globalThis, { answerPrompt: resolve });
      });
      mediaDevices.getUserMedia = async (constraints) => {
        await answered;
        return getUserMedia(constraints);
      };
    });
    await using face = await openFace(context, world().demo.url);
    await face.page.getByRole('switch').check();
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilStatus('Waiting for the microphone…');
    await face.screenshot('microphone prompt');
    expect(face.asked).not.toContainEqual(expect.stringMatching(SESSIONS));
    await face.page.evaluate('answerPrompt()');
    await face.untilMoving();
    await face.screenshot('no idle cap in the grant');
    // LiveAvatar ends what is idle for some minutes; the grant does not say so.
    expect(await face.page.locator('#facts').innerText()).toMatch(/Idle cap\s+Left to the vendor/);
  });

  test('there is no microphone', async () => {
    const context = await world().newContext();
    await context.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
    });
    await using face = await openFace(context, world().demo.url);
    await face.page.getByRole('switch').check();
    await face.connect({ preset: 'simli-greeter' });
    expect(await face.problem()).toBe('microphone_missing');
    await face.untilMoving();
  });

  test.each(['simli-greeter', 'anam-guide', 'liveavatar-host'] as const)(
    'the microphone is given, and can be muted: %s',
    async (preset) => {
      const context = await world().newContext({ permissions: ['microphone'] });
      await keepMicrophones(context);
      await using face = await openFace(context, world().demo.url);
      const isOn = (): Promise<boolean | undefined> => face.page.evaluate(() => microphones.at(-1)?.enabled);
      await face.page.getByRole('switch').check();
      await face.connect({ preset });
      await face.untilMoving();
      await face.page.getByRole('button', { name: 'Mute microphone' }).click();
      await expect.poll(isOn).toBe(false);
      const unmute = face.page.getByRole('button', { name: 'Unmute microphone' });
      // Its name says what a press does; "pressed" beside it would say the contrary.
      expect(await unmute.getAttribute('aria-pressed')).toBeNull();
      await unmute.click();
      await expect.poll(isOn).toBe(true);
      await face.page.getByRole('button', { name: 'Mute microphone' }).waitFor();
      expect(face.thrown).toEqual([]);
    },
  );

  test.each(['simli-greeter', 'anam-guide', 'liveavatar-host'] as const)(
    'the microphone is lost: the face is there all the same, and nobody is said to listen: %s',
    async (preset) => {
      const context = await world().newContext({ permissions: ['microphone'] });
      await keepMicrophones(context);
      await using face = await openFace(context, world().demo.url);
      const { page } = face;
      await page.getByRole('switch').check();
      await face.connect({ preset });
      await face.untilMoving();
      const mute = page.getByRole('button', { name: /ute microphone/ });
      await mute.waitFor();
      await context.clearPermissions();
      expect(await face.problem()).toBe('microphone_lost');
      expect(await mute.isVisible()).toBe(false);
      expect(await face.timeline()).toContainEqual(expect.stringMatching(/^The microphone is gone/));
      await expect.poll(() => microphoneStates(page)).not.toContain('live');
      await face.screenshot(`microphone lost ${preset}`);
      await face.untilMoving();
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await face.untilStatus('Not connected');
      expect(await page.locator('#problem').isVisible()).toBe(false);
      expect(face.thrown).toEqual([]);
    },
  );

  test('the microphone is lost before the face is there', async () => {
    const context = await world().newContext({ permissions: ['microphone'] });
    await using face = await openFace(context, world().demo.url);
    const { page } = face;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(/\/v1\/engine\/session$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('switch').check();
    await face.connect({ preset: 'anam-guide' });
    await face.untilStatus('Connecting to Anam…');
    await context.clearPermissions();
    expect(await face.problem()).toBe('microphone_lost');
    letGo();
    await face.untilStatus('Live');
    await face.untilMoving();
    expect(await page.getByRole('button', { name: /ute microphone/ }).isVisible()).toBe(false);
    expect(await face.problem()).toBe('microphone_lost');
  });

  test('the browser plays nothing before a click', async () => {
    const context = await world().newContext();
    await context.addInitScript(() => {
      const { prototype } = HTMLMediaElement;
      const play = Object.getOwnPropertyDescriptor(prototype, 'play')?.value as () => Promise<void>;
      let clicks = 0;
      addEventListener('click', () => (clicks += 1), true);
      prototype.play = function (this: HTMLMediaElement): Promise<void> {
        // The click that connects is not enough for this one.
        return clicks < 3 ? Promise.reject(new DOMException('', 'NotAllowedError')) : play.call(this);
      };
    });
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'anam-guide' });
    await face.page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(() => face.page.getByText('Your browser waits').isVisible()).toBe(false);
    expect(await face.page.evaluate(() => document.activeElement?.id)).toBe('disconnect');
    await face.untilMoving();
  });

  test('another tab has a session: it can be taken over', async () => {
    const context = await world().newContext();
    await using first = await openFace(context, world().demo.url);
    await first.connect({ preset: 'simli-greeter' });
    await first.untilMoving();
    const second = await openFace(context, world().demo.url);
    await second.connect({ preset: 'anam-guide' });
    expect(await second.problem()).toBe('second_tab');
    await second.page.getByRole('button', { name: 'End it there, connect here' }).click();
    await second.untilMoving();
    expect(await first.problem()).toBe('taken_over');
  });

  test('offline', async () => {
    await using face = await world().open();
    await face.choose({ preset: 'simli-greeter' });
    await face.page.context().setOffline(true);
    await face.page.getByRole('button', { name: 'Connect', exact: true }).click();
    expect(await face.problem()).toBe('offline');
    await face.page.context().setOffline(false);
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    await face.untilMoving();
  });
});
