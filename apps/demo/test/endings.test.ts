import { expect, test } from 'vitest';
import { CONNECTIONS } from './rig/connections.ts';
import { endToEnd } from './rig/end-to-end.ts';
import type { World } from './rig/world.ts';

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
    // LiveAvatar's is stopped at the vendor, which may tell first; the others are told with the next heartbeat.
    expect(await face.problem()).toMatch(/^(session_ended|liveavatar_ended|liveavatar_disconnected)$/);
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
    const id = await lease();
    await face.page.close({ runBeforeUnload: true });
    await untilEndedByPage(id);
  });

  test('the token server dies: the picture goes on, and the page says that nobody looks after it', async () => {
    await using face = await world().open();
    await face.connect({ preset: 'anam-guide' });
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
});
