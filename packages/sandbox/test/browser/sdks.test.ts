import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSandbox, type Sandbox, type Vendor } from '../../src/index.ts';
import { call, keyHeader } from '../call.ts';
import { mint, socketUrl } from '../tokens.ts';
import { hasChromium, openBrowser, type Tab, type Window } from './browser.ts';

if (!hasChromium) {
  console.warn('\n*** NO CHROMIUM: the real browser SDKs were NOT tested (apt-get install chromium) ***\n');
}

interface Connection {
  readonly name: string;
  readonly vendor: Vendor;
  start(tab: Tab, sandbox: Sandbox): Promise<void>;
  /** What the SDK tells when the server ends the session. */
  readonly ended: string;
  readonly speaks: string;
  readonly falls_silent: string;
}

const simli = (mode: 'p2p' | 'livekit'): Connection => ({
  name: `Simli ${mode}`,
  vendor: 'simli',
  start: async (tab, sandbox) =>
    tab.call('startSimli', await mint.simli(sandbox), socketUrl(sandbox.simli.baseUrl), mode),
  ended: 'stop',
  speaks: 'speaking',
  falls_silent: 'silent',
});

const liveAvatar = (mode: 'FULL' | 'LITE'): Connection => ({
  name: `LiveAvatar ${mode}`,
  vendor: 'liveavatar',
  start: async (tab, sandbox) =>
    tab.call('startLiveAvatar', await mint.liveavatar(sandbox, { mode }), sandbox.liveavatar.baseUrl),
  ended: 'DISCONNECTED SERVER_INITIATED',
  speaks: 'avatar.speak_started',
  falls_silent: 'avatar.speak_ended',
});

const anam: Connection = {
  name: 'Anam',
  vendor: 'anam',
  start: async (tab, sandbox) => tab.call('startAnam', await mint.anam(sandbox), sandbox.anam.baseUrl),
  ended: 'CONNECTION_CLOSED CONNECTION_CLOSED_CODE_SERVER_CLOSED_CONNECTION',
  speaks: 'MESSAGE_STREAM_EVENT_RECEIVED',
  falls_silent: 'MESSAGE_HISTORY_UPDATED',
};

const connections = [simli('p2p'), simli('livekit'), anam, liveAvatar('FULL'), liveAvatar('LITE')];

/** Ends the live session as the vendor's server side would: over HTTP where there is a way, else by the sandbox. */
async function endFromServer(sandbox: Sandbox, vendor: Vendor): Promise<void> {
  const id = sandbox.sessions()[0]?.id ?? '';
  if (vendor === 'simli') sandbox.disturb('simli', { kind: 'end' }, id);
  else if (vendor === 'anam') await call(sandbox, 'anam', 'sessions.stop', { path: { id } });
  else {
    const headers = keyHeader.liveavatar('k');
    await call(sandbox, 'liveavatar', 'sessions.stop', { headers, body: { session_id: id } });
  }
}

const WAIT = { timeout: 12_000, interval: 80 };
const SLOW = { timeout: 15_000, interval: 1000 };

describe.skipIf(!hasChromium)('the vendors’ own browser SDKs', { timeout: 40_000 }, () => {
  let browser: Window;
  let sandbox: Sandbox;
  let tab: Tab;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    sandbox = await createSandbox();
    tab = await browser.open();
  });
  afterEach(async () => {
    await tab.close();
    const notes = sandbox.journal().flatMap((entry) => entry.notes);
    await sandbox.close();
    // Whatever an SDK sends is understood.
    expect(notes.filter((note) => note.startsWith('malformed'))).toEqual([]);
  });

  const frame = async (): Promise<number | undefined> => (await tab.call('look')).frame;
  const firstFrame = (): Promise<number> =>
    vi.waitFor(async () => {
      const seen = await frame();
      expect(seen, tab.console.join('\n')).toBeGreaterThan(0);
      return seen ?? 0;
    }, WAIT);
  const advances = async (): Promise<void> => {
    const before = await firstFrame();
    await vi.waitFor(async () => {
      expect(await frame()).toBeGreaterThan(before + 5);
    }, WAIT);
  };
  const hears = (event: string): Promise<void> =>
    vi.waitFor(async () => {
      expect(await tab.call('events')).toContainEqual(expect.stringContaining(event));
    }, WAIT);
  const standsStill = async (): Promise<void> => {
    await vi.waitFor(async () => {
      const before = await frame();
      await wait(500);
      expect(await frame()).toBe(before);
    }, WAIT);
  };

  test.each(connections)('$name: frames advance, speech moves the mouth, the server ends it', async (one) => {
    await one.start(tab, sandbox);
    await advances();
    const { width, open: closed } = await tab.call('look');
    expect(width).toBeGreaterThan(400);
    expect(sandbox.sessions()).toMatchObject([{ vendor: one.vendor, state: 'live' }]);

    await tab.call('speak');
    await hears(one.speaks);
    await vi.waitFor(async () => {
      expect((await tab.call('look')).open).toBeGreaterThan(closed + 0.05);
    }, WAIT);
    expect(await tab.call('listen', 400)).toBeGreaterThan(0.05);

    await tab.call('interrupt');
    await hears(one.falls_silent);
    await vi.waitFor(async () => {
      expect((await tab.call('look')).open).toBeLessThan(closed + 0.02);
    }, WAIT);

    await endFromServer(sandbox, one.vendor);
    await hears(one.ended);
    await vi.waitFor(() => {
      expect(sandbox.sessions()).toEqual([]);
    }, WAIT);
    await standsStill();
  });

  test('a frozen picture: no event tells, the sound goes on, and only frames show it', async () => {
    sandbox.disturb('simli', { kind: 'freeze', afterMs: 500 });
    await simli('p2p').start(tab, sandbox);
    await firstFrame();
    await standsStill();
    await tab.call('speak');
    await hears('speaking');
    expect(await tab.call('listen', 600)).toBeGreaterThan(0.05);
    expect(await tab.call('events')).not.toContain('stop');
  });

  test.each([anam, liveAvatar('FULL')])(
    '$name: a broken WebSocket is resumed, and the video goes on',
    async (one) => {
      await one.start(tab, sandbox);
      await firstFrame();
      await tab.call('speak');
      await hears(one.speaks);
      sandbox.disturb(one.vendor, { kind: 'signallingDrop' }, 'live');
      // It may be back within a few milliseconds: the journal shows that it was gone.
      await vi.waitFor(() => {
        expect(sandbox.journal().filter(({ status }) => status === 101)).toHaveLength(2);
        expect(sandbox.sessions()).toMatchObject([{ state: 'live' }]);
      }, WAIT);
      await advances();
      // LiveAvatar's SDK drops what it is given while it comes back, so it is asked until it says it.
      await vi.waitFor(async () => {
        await tab.call('speak');
        const spoken = (await tab.call('events')).filter((event) => event.startsWith(one.speaks));
        expect(spoken.length).toBeGreaterThan(1);
      }, SLOW);
    },
  );

  test('LiveAvatar: the end of time, by the sandbox’s clock', async () => {
    await tab.call(
      'startLiveAvatar',
      await mint.liveavatar(sandbox, { max_session_duration: 100 }),
      sandbox.liveavatar.baseUrl,
    );
    await firstFrame();
    await sandbox.clock.advance(100_000);
    await hears('DISCONNECTED SERVER_INITIATED');
  });
});
