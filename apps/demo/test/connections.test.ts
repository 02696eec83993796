import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONNECTIONS } from './rig/connections.ts';
import { endToEnd } from './rig/end-to-end.ts';
import { OPEN_MOUTH, openFace, type Preset } from './rig/face.ts';
import { keepPeers } from './rig/peers.ts';
import { CANARY_KEY } from './rig/token-server.ts';
import { BUILT_PAGE } from './rig/world.ts';

endToEnd('each connection, from a click to a speaking face', (world) => {
  test.each(CONNECTIONS)('%s', async (name, choice) => {
    await using face = await world().open({ viewport: { width: 1280, height: 860 } });
    const { page } = face;
    const reports: (string | null)[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/first-frame')) reports.push(request.postData());
    });
    await face.connect(choice);
    await face.untilMoving();
    await face.untilStatus('Live');
    expect((await face.look()).mouth).toBeLessThan(OPEN_MOUTH);
    expect(await page.locator('#first-frame').innerText()).toMatch(/^first frame after [\d.]+ m?s$/);

    const speak = page.getByRole('button', { name: /^(Say it|Play a sample)$/ });
    await speak.click();
    await face.untilStatus('Live · speaking');
    await face.untilMouthOpens();
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
    expect(reports).toEqual([expect.stringMatching(/^[\w-]{32} \d+$/)]);
    expect(face.asked.filter((url) => !isLoopback(url))).toEqual([]);
  });

  test('what it says can be read as it is said, and not for good', async () => {
    const isRead = async (preset: Preset): Promise<void> => {
      await using face = await world().open();
      const { page } = face;
      await face.connect({ preset });
      await face.untilMoving();
      const says = async (text: string): Promise<void> => {
        await page.getByRole('textbox', { name: 'What to say' }).fill(text);
        await page.getByRole('button', { name: 'Say it' }).click();
        await page.waitForFunction((words) => {
          const of = (id: string): string | null | undefined => document.getElementById(id)?.textContent;
          return of('status-text') === 'Live · speaking' && of('caption') === words;
        }, text);
      };
      await says('Hello! It is good to meet you.');
      await face.untilStatus('Live');
      await says('And now for something else.');
      await page.locator('#caption').waitFor({ state: 'hidden' });
      await face.untilStatus('Live');
    };
    await Promise.all([isRead('anam-guide'), isRead('liveavatar-host')]);
  });

  test('a sound file moves the face, and one that is none is told', async () => {
    await using face = await world().open();
    const { page } = face;
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
    await face.untilStatus('Live');
    await page.locator('#file').setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: tone() });
    await face.untilStatus('Live · speaking');
    await face.untilMouthOpens();
    const buffer = Buffer.from('no sound');
    await page.locator('#file').setInputFiles({ name: 'b.wav', mimeType: 'audio/wav', buffer });
    expect(await face.problem()).toBe('not_done');
    expect(await page.locator('#problem-hint').innerText()).toBe(
      'This is no sound file that the browser can play.',
    );
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await face.untilMoving();
  });

  test('the microphone moves the face', async () => {
    await using face = await world().open({ permissions: ['microphone'] });
    await face.page.getByRole('switch').check();
    await face.connect({ preset: 'simli-greeter' });
    await face.untilMoving();
    // Chromium's false microphone beeps once a second.
    await face.untilMouthOpens();
  });

  test.each(['anam-guide', 'liveavatar-host'] as const)(
    'what the microphone hears is sent: %s',
    async (preset) => {
      const context = await world().newContext({ permissions: ['microphone'] });
      await keepPeers(context);
      await using face = await openFace(context, world().demo.url);
      await face.page.getByRole('switch').check();
      await face.connect({ preset });
      await face.untilMoving();
      const bytesSent = (): Promise<number> =>
        face.page.evaluate(async () => {
          const reports = await Promise.all(peers.map((peer) => peer.getStats()));
          return reports
            .flatMap((report) => [...report.values()] as { type: string; kind: string; bytesSent: number }[])
            .filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio')
            .reduce((sum, outbound) => sum + outbound.bytesSent, 0);
        });
      // Chromium's false microphone beeps once a second; its silences take a few bytes too.
      await expect.poll(bytesSent).toBeGreaterThan(2000);
      expect(face.thrown).toEqual([]);
    },
  );

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
    const firstFrames = new Map<string, number[]>(CONNECTIONS.map(([name]) => [name, []]));
    const once = async ([name, choice]: (typeof CONNECTIONS)[number]): Promise<void> => {
      await face.connect(choice);
      await face.untilStatus('Live');
      firstFrames.get(name)?.push(await face.notedAt('First frame'));
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await face.untilStatus('Not connected');
    };
    await devtools.send('Performance.enable');
    // The first round loads the SDKs.
    for (const connection of CONNECTIONS) await once(connection);
    const before = await held();
    for (const times of firstFrames.values()) times.length = 0;
    for (let round = 0; round < 4; round += 1) {
      for (const connection of CONNECTIONS) await once(connection);
    }
    const after = await held();
    expect(after.listeners - before.listeners).toBeLessThan(100);
    expect(after.nodes - before.nodes).toBeLessThan(300);
    expect(after.heap - before.heap).toBeLessThan(8_000_000);
    for (const [name, times] of firstFrames) {
      console.info(
        `${name}: first frame ${times.map(Math.round).join(', ')} ms after the click, in the sandbox`,
      );
    }
    expect(face.thrown).toEqual([]);
  }, 120_000);

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

/** Three seconds of 220 Hz as a WAV file: mono, 16 bits, 16 kHz. */
function tone(): Buffer {
  const rate = 16_000;
  const samples = Int16Array.from(
    { length: 3 * rate },
    (_, at) => 12_000 * Math.sin((2 * Math.PI * 220 * at) / rate),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

function isLoopback(url: string): boolean {
  return url.startsWith('blob:') || new URL(url).hostname === '127.0.0.1';
}
