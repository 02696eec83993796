import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace, type Face } from './rig/face.ts';
import { keepMicrophones, microphoneStates } from './rig/microphones.ts';

declare global {
  /** In a page: lets go on what the page waits for. */
  var letGo: () => void;
}

/** Lets the SDK wait for the microphone that it opens itself until `letGo()`; the first one is the page's. */
async function holdSecondMicrophone(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    const held = new Promise<void>((resolve) => {
      globalThis.letGo = resolve;
    });
    let asked = 0;
    mediaDevices.getUserMedia = async (constraints) => {
      asked += 1;
      document.documentElement.dataset['asked'] = String(asked);
      if (asked > 1) await held;
      return getUserMedia(constraints);
    };
  });
}

endToEnd('LiveAvatar’s SDK does not hear of its own call to stop the session', (world) => {
  test('which fails, and throws nothing that nobody catches', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    await face.page.route(/\/v1\/sessions\/stop$/, (route) => route.fulfill({ status: 500, json: {} }));
    const refused = face.page.waitForResponse(/\/v1\/sessions\/stop$/);
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await refused;
    await face.untilStatus('Not connected');
    expect(face.thrown).toEqual([]);
  });
});

endToEnd('LiveAvatar’s SDK opens a microphone of its own, which never hears in secret', (world) => {
  const openWithMicrophone = async (): Promise<Face> => {
    const context = await world().newContext({ permissions: ['microphone'] });
    await keepMicrophones(context);
    const face = await openFace(context, world().demo.url);
    await face.page.getByRole('switch').check();
    return face;
  };

  /** Connects as far as the SDK opens its microphone, for which it waits until `letGo()`. */
  const connectWhileOpening = async (): Promise<Face> => {
    const face = await openWithMicrophone();
    await holdSecondMicrophone(face.page);
    await face.connect({ preset: 'liveavatar-host' });
    await face.page.locator('html[data-asked="2"]').waitFor();
    return face;
  };

  test('after Disconnect, although the SDK was just opening it', async () => {
    await using face = await connectWhileOpening();
    const { page } = face;
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    await page.evaluate(() => {
      letGo();
    });
    await page.waitForFunction(() => microphones.length === 2);
    // Left to itself, the SDK gives up after 15 s.
    await expect.poll(() => microphoneStates(page), { timeout: 5000 }).toEqual(['ended', 'ended']);
    expect(face.thrown).toEqual([]);
  });

  test('and the page is not live with a session that was lost while the SDK was opening it', async () => {
    await using face = await connectWhileOpening();
    const { page } = face;
    await world().sandbox.disturb('liveavatar', { kind: 'end' }, 'live');
    await expect.poll(async () => (await world().sandbox.sessions()).length).toBe(0);
    await page.evaluate(() => {
      letGo();
    });
    expect(await face.problem()).toMatch(/^liveavatar_(ended|disconnected)$/);
    await face.untilStatus('Not connected');
    await expect.poll(() => microphoneStates(page), { timeout: 5000 }).toEqual(['ended', 'ended']);
  });

  test('after Disconnect, although the SDK was about to send it, and the call to stop the session was lost', async () => {
    await using face = await openWithMicrophone();
    const { page } = face;
    await page.evaluate(() => {
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        override async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
          const [sent] = this.getSenders().flatMap(({ track }) => track?.kind ?? []);
          if (sent !== undefined) {
            document.documentElement.dataset['sends'] = sent;
            await new Promise(() => undefined);
          }
          await super.setLocalDescription(description);
        }
      };
    });
    await page.route(/\/(stop|heartbeat|end)$/, (route) => route.abort());
    await face.connect({ preset: 'liveavatar-host' });
    await page.locator('html[data-sends="audio"]').waitFor();
    expect(await microphoneStates(page)).toEqual(['live', 'live']);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    expect(await microphoneStates(page)).toEqual(['ended', 'ended']);
  });

  test('after the page’s own was unplugged, although the SDK has another one', async () => {
    await using face = await openWithMicrophone();
    const { page } = face;
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    await page.getByRole('button', { name: 'Mute microphone' }).waitFor();
    await page.evaluate(() => {
      const [own] = microphones;
      own?.stop();
      own?.dispatchEvent(new Event('ended'));
    });
    expect(await face.problem()).toBe('microphone_lost');
    expect(await microphoneStates(page)).toEqual(['ended', 'ended']);
    await face.untilMoving();
    expect(face.thrown).toEqual([]);
  });
});
