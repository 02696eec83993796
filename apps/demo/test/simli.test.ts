import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { serveDemo } from '../src/serve.ts';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace } from './rig/face.ts';
import { BUILT_PAGE } from './rig/world.ts';

/** Longer than Simli's SDK waits before it tries again. */
const RETRIED_WITHIN_MS = 3000;

/** Longer than a refusal takes. */
const OFFER_TAKES_MS = 300;

/** Simli when it is down: it refuses each WebSocket, and counts them. */
async function startRefusing(): Promise<{ baseUrl: string; refused: () => number } & AsyncDisposable> {
  let refused = 0;
  const server = createServer();
  server.on('upgrade', (_, socket) => {
    refused += 1;
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: () => refused,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

endToEnd('what Simli’s SDK leaves undone, the page does', (world) => {
  test('nothing begins after Disconnect, though the SDK was about to try again', async () => {
    const { tokenServer, newContext } = world();
    await using made = new AsyncDisposableStack();
    const simli = made.use(await startRefusing());
    const demo = made.adopt(
      await serveDemo({ tokenServerUrl: tokenServer.url, sandbox: { simli }, root: BUILT_PAGE }),
      (served) => served.close(),
    );
    const context = await newContext();
    // As on a busy machine: the refusal is there before the SDK waits for it.
    await context.addInitScript((ms) => {
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        override async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
          await new Promise((resolve) => setTimeout(resolve, ms));
          await super.setLocalDescription(description);
        }
      };
    }, OFFER_TAKES_MS);
    const face = made.use(await openFace(context, demo.url));
    await face.connect({ preset: 'simli-greeter' });
    await expect.poll(simli.refused).toBe(2);
    await expect
      .poll(async () => (await face.timeline()).filter((entry) => entry.includes('its SDK tries again')))
      .toHaveLength(2);
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    await face.page.waitForTimeout(RETRIED_WITHIN_MS);
    expect(simli.refused()).toBe(2);
    expect(face.thrown).toEqual([]);
  });

  test('its AudioContext is closed with the session', async () => {
    const context = await world().newContext();
    await context.addInitScript(() => {
      const made: AudioContext[] = [];
      globalThis.AudioContext = class extends AudioContext {
        constructor(options?: AudioContextOptions) {
          super(options);
          made.push(this);
        }
      };
      Object.assign(globalThis, { audioContexts: () => made.map(({ state }) => state) });
    });
    await using face = await openFace(context, world().demo.url);
    const states = (): Promise<unknown> => face.page.evaluate('audioContexts()');
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
    expect(await states()).toHaveLength(1);
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    expect(await states()).toEqual(['closed']);
  });

  test('the microphone, which it goes on with until that is closed, is no error for each part', async () => {
    const context = await world().newContext({ permissions: ['microphone'] });
    await context.addInitScript(() => {
      AudioContext.prototype.close = () => new Promise(() => undefined);
    });
    await using face = await openFace(context, world().demo.url);
    await face.page.getByRole('switch').check();
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMouthOpens();
    await face.page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    // Several parts: each is of a fifth of a second.
    await face.page.waitForTimeout(1000);
    expect(face.thrown).toEqual([]);
  });

  test.each([
    ['none', [], 'simli_no_ice_servers'],
    ['one that no browser takes', [{ urls: 'nowhere' }], 'unexpected'],
  ])('what begins no session mutes none of another vendor: of ICE servers, %s', async (_, body, code) => {
    await using face = await world().open();
    await using _answer = await world().sandbox.fail('simli', 'compose.listIceServers', {
      status: 200,
      body,
    });
    await face.connect({ preset: 'simli-greeter', transport: 'p2p' });
    expect(await face.problem()).toBe(code);
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    expect(await face.page.locator('#video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(false);
    expect(face.thrown).toEqual([]);
  });
});
