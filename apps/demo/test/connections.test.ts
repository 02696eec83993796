import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';
import type { Choice } from './rig/face.ts';
import { CANARY_KEY } from './rig/token-server.ts';
import { BUILT_PAGE } from './rig/world.ts';

const CONNECTIONS: readonly (readonly [name: string, choice: Choice])[] = [
  ['Simli, peer to peer', { preset: 'simli-greeter', transport: 'p2p' }],
  ['Simli, LiveKit', { preset: 'simli-greeter', transport: 'livekit' }],
  ['Anam', { preset: 'anam-guide' }],
  ['LiveAvatar FULL', { preset: 'liveavatar-host' }],
  ['LiveAvatar LITE', { preset: 'liveavatar-lite' }],
];

/** Less is a mouth that is shut, more one that speaks. */
const OPEN = 0.05;

endToEnd('each connection, from a click to a speaking face', (world) => {
  test.each(CONNECTIONS)('%s', async (name, choice) => {
    await using face = await world().open({ viewport: { width: 1280, height: 860 } });
    const { page } = face;
    const beacon = page.waitForRequest(/\/first-frame$/);
    await face.connect(choice);
    await face.untilMoving();
    await face.untilStatus('Live');
    expect((await beacon).postData()).toMatch(/^[\w-]{32} \d+$/);
    expect((await face.look()).mouth).toBeLessThan(OPEN);
    expect(await page.locator('#first-frame').innerText()).toMatch(/^first frame after [\d.]+ m?s$/);

    const speak = page.getByRole('button', { name: /^(Say it|Play a sample)$/ });
    await speak.click();
    await face.untilStatus('Live · speaking');
    expect(await face.widestMouth(1000)).toBeGreaterThan(OPEN);
    await face.screenshot(`speaking ${name}`);
    await page.getByRole('button', { name: 'Interrupt' }).click();
    await face.untilStatus('Live');

    await page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    expect(await face.timeline()).toEqual(
      expect.arrayContaining(['Grant received', 'First frame', 'Speaking', 'Interrupt', 'Silent', 'Ended']),
    );
    // Anam keeps a session whose signalling is gone for a while, since its SDK may come back.
    await expect
      .poll(async () => (await world().sandbox.sessions()).filter(({ state }) => state !== 'away'))
      .toEqual([]);
    expect(face.thrown).toEqual([]);
    expect(face.asked.filter((url) => url.endsWith('/first-frame'))).toHaveLength(1);
    expect(face.asked.filter((url) => !isLoopback(url))).toEqual([]);
  });

  test('one after the other, nothing is left behind', async () => {
    await using face = await world().open();
    const { page } = face;
    const devtools = await page.context().newCDPSession(page);
    const held = async (): Promise<{ nodes: number; listeners: number; heap: number }> => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { metrics } = await devtools.send('Performance.getMetrics');
      const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return { nodes: value('Nodes'), listeners: value('JSEventListeners'), heap: value('JSHeapUsedSize') };
    };
    const once = async ([, choice]: (typeof CONNECTIONS)[number]): Promise<void> => {
      await face.connect(choice);
      await face.untilStatus('Live');
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await face.untilStatus('Not connected');
    };
    await devtools.send('Performance.enable');
    // The first round loads the SDKs.
    for (const connection of CONNECTIONS) await once(connection);
    const before = await held();
    for (let round = 0; round < 4; round += 1) {
      for (const connection of CONNECTIONS) await once(connection);
    }
    const after = await held();
    expect(after.listeners - before.listeners).toBeLessThan(100);
    expect(after.nodes - before.nodes).toBeLessThan(300);
    expect(after.heap - before.heap).toBeLessThan(8_000_000);
    expect(face.thrown).toEqual([]);
  }, 120_000);

  test('leaving the page ends the session, at its vendor and at the token server', async () => {
    const { sandbox, tokenServer } = world();
    const leased = async (): Promise<readonly string[]> =>
      (await tokenServer.sessions()).filter(({ vendor }) => vendor === 'liveavatar').map(({ id }) => id);
    await using face = await world().open();
    const before = await leased();
    await face.connect({ preset: 'liveavatar-host' });
    await face.untilMoving();
    expect(await leased()).toHaveLength(before.length + 1);
    await face.page.goto('about:blank');
    await expect.poll(leased).toEqual(before);
    await expect
      .poll(async () => (await sandbox.sessions()).filter(({ vendor }) => vendor === 'liveavatar'))
      .toEqual([]);
  });

  test('a session that the token server ends is over here too', async () => {
    const { tokenServer } = world();
    await using face = await world().open();
    const granted = face.page.waitForResponse(/\/v1\/sessions$/);
    await face.connect({ preset: 'liveavatar-host' });
    const { id } = (await (await granted).json()) as { id: string };
    await face.untilMoving();
    await fetch(`${tokenServer.url}/v1/sessions/${id}`, { method: 'DELETE' });
    expect(await face.problem()).toMatch(/^(session_ended|liveavatar_ended|liveavatar_disconnected)$/);
  });

  test('nothing that the page is made of or receives holds a key', async () => {
    const files = await readdir(BUILT_PAGE, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'utf8'), file.name).not.toContain(CANARY_KEY);
    }
    await using face = await world().open();
    const bodies: Promise<string>[] = [];
    face.page.on('response', (response) => bodies.push(response.text().catch(() => '')));
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
    expect((await Promise.all(bodies)).join()).not.toContain(CANARY_KEY);
  });
});

function isLoopback(url: string): boolean {
  return url.startsWith('blob:') || new URL(url).hostname === '127.0.0.1';
}
