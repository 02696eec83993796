import { expect, test } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace, type Preset } from './rig/face.ts';

const VENDORS = [
  ['simli', 'simli-greeter'],
  ['anam', 'anam-guide'],
  ['liveavatar', 'liveavatar-host'],
] as const satisfies readonly (readonly [vendor: string, preset: Preset])[];

/** What the watchdog promises. */
const SEEN_WITHIN_MS = 3000;
/** What a busy machine adds before frames cease and after the page has changed. */
const SLACK_MS = 500;

endToEnd('what no SDK tells is seen by the watchdog', (world) => {
  for (const kind of ['freeze', 'deadMedia'] as const) {
    test.each(VENDORS)(`${kind}, %s`, async (vendor, preset) => {
      await using face = await world().open({ viewport: { width: 1280, height: 860 } });
      await face.connect({ preset });
      await face.untilMoving();
      await world().sandbox.disturb(vendor, { kind }, 'live');
      await face.page
        .getByText('The picture has stopped', { exact: true })
        .waitFor({ timeout: SEEN_WITHIN_MS + SLACK_MS });
      expect(await face.timeline()).toContain('Watchdog: the picture has stopped');
      if (kind === 'freeze') await face.screenshot(`frozen ${vendor}`);
      await face.page.getByRole('button', { name: 'Reconnect' }).click();
      await face.untilStatus('Live');
      await face.untilMoving();
      expect(face.thrown).toEqual([]);
    });
  }

  test.each(VENDORS)('no video at all, %s', async (vendor, preset) => {
    await using face = await world().open();
    await world().sandbox.disturb(vendor, { kind: 'noVideo' });
    await face.connect({ preset });
    await face.page
      .getByText('There is no picture', { exact: true })
      .waitFor({ timeout: 2 * SEEN_WITHIN_MS });
    const toldAfter =
      (await face.notedAt('Watchdog: no picture')) - (await face.notedAt('Waiting for the picture'));
    expect(toldAfter).toBeLessThan(SEEN_WITHIN_MS + SLACK_MS);
    expect(await face.timeline()).not.toContain('First frame');
    await face.page.getByRole('button', { name: 'Reconnect' }).click();
    await face.untilMoving();
    expect(face.thrown).toEqual([]);
  });

  test('an SDK that is connected, and never gives the video a stream', async () => {
    const context = await world().newContext();
    await context.addInitScript(() => {
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          // The first to hear of it, and the last.
          this.addEventListener('track', (event) => {
            if (event.track.kind === 'video') event.stopImmediatePropagation();
          });
        }
      };
    });
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'liveavatar-host' });
    await face.page
      .getByText('There is no picture', { exact: true })
      .waitFor({ timeout: 2 * SEEN_WITHIN_MS });
    const toldAfter =
      (await face.notedAt('Watchdog: no picture')) - (await face.notedAt('LiveAvatar SDK connected'));
    expect(toldAfter).toBeLessThan(SEEN_WITHIN_MS + SLACK_MS);
  });

  test.each(VENDORS.filter(([vendor]) => vendor !== 'simli'))(
    'signalling that drops while the picture goes on is no fault, %s',
    async (vendor, preset) => {
      await using face = await world().open();
      await face.connect({ preset });
      await face.untilMoving();
      await world().sandbox.disturb(vendor, { kind: 'signallingDrop' }, 'live');
      await face.page.waitForTimeout(SEEN_WITHIN_MS);
      expect(await face.page.locator('#verdict').isVisible()).toBe(false);
      await face.untilMoving();
      expect(face.thrown).toEqual([]);
    },
  );
});

endToEnd('what the vendor tells is told in words', (world) => {
  test.each(['p2p', 'livekit'] as const)(
    'a WebSocket that breaks ends a session of Simli’s, which ends with it: %s',
    async (transport) => {
      await using face = await world().open();
      await face.connect({ preset: 'simli-greeter', transport });
      await face.untilMoving();
      await face.untilStatus('Live');
      await world().sandbox.disturb('simli', { kind: 'signallingDrop' }, 'live');
      expect(await face.problem(3000)).toBe('simli_disconnected');
      expect(await face.timeline()).not.toContain('Simli cannot be reached; its SDK tries again');
      await face.page.getByRole('button', { name: 'Connect again' }).click();
      await face.untilMoving();
      expect(face.thrown).toEqual([]);
    },
  );

  test.each([
    ['simli', 'simli-greeter', 'simli_stopped'],
    ['anam', 'anam-guide', 'anam_ended'],
    ['liveavatar', 'liveavatar-host', 'liveavatar_ended'],
  ] as const)('the vendor ends it, %s', async (vendor, preset, code) => {
    await using face = await world().open();
    await face.connect({ preset });
    await face.untilMoving();
    await world().sandbox.disturb(vendor, { kind: 'end' }, 'live');
    expect(await face.problem()).toBe(code);
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    await face.untilMoving();
    expect(face.thrown).toEqual([]);
  });

  test.each([
    ['simli', 'simli-greeter', 'capacity', 'simli_busy'],
    ['anam', 'anam-guide', 'capacity', 'anam_busy'],
    ['liveavatar', 'liveavatar-host', 'capacity', 'liveavatar_busy'],
    ['simli', 'simli-greeter', 'badToken', 'simli_token_refused'],
    ['anam', 'anam-guide', 'badToken', 'anam_token_refused'],
    ['liveavatar', 'liveavatar-host', 'badToken', 'liveavatar_token_refused'],
  ] as const)('%s, %s: %s', async (vendor, preset, kind, code) => {
    await using face = await world().open();
    await world().sandbox.disturb(vendor, { kind });
    await face.connect({ preset });
    expect(await face.problem()).toBe(code);
    expect(await face.timeline()).not.toContain('Speaking');
    await face.page.getByRole('button', { name: 'Connect again' }).click();
    await face.untilMoving();
    expect(face.thrown).toEqual([]);
  });

  // Both do little but wait, and neither meets the other's sessions.
  test.concurrent('signalling that never answers has an end', async () => {
    await Promise.all(
      VENDORS.map(async ([vendor, preset]) => {
        await using face = await world().open();
        await world().sandbox.disturb(vendor, { kind: 'signallingSilent' });
        await face.connect({ preset });
        expect(await face.problem(16_000)).toBe('connect_timeout');
        expect(face.thrown).toEqual([]);
      }),
    );
  });

  test.concurrent('an SDK that never loads has an end', async () => {
    await Promise.all(
      VENDORS.map(async ([, preset]) => {
        await using face = await world().open();
        await face.choose({ preset });
        await face.page.route(/\/assets\/.*\.js$/, () => undefined);
        await face.connect({ preset });
        expect(await face.problem(25_000)).toBe('sdk_timeout');
        expect(face.asked).not.toContainEqual(expect.stringMatching(/\/v1\/sessions$/));
        expect(face.thrown).toEqual([]);
      }),
    );
  });

  test('an API that answers neither to start nor to stop has an end', async () => {
    const { sandbox } = world();
    await using face = await world().open();
    await using _start = await sandbox.fail('liveavatar', 'sessions.start', { stall: 'headers' });
    await using _stop = await sandbox.fail('liveavatar', 'sessions.stop', { stall: 'headers', times: 100 });
    await face.connect({ preset: 'liveavatar-host' });
    expect(await face.problem(20_000)).toBe('connect_timeout');
    expect(face.thrown).toEqual([]);
  });

  test('the session’s time is over', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'short' });
    await face.untilMoving();
    expect(await face.problem()).toMatch(/^(time_over|simli_stopped)$/);
  });
});
