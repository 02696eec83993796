import { expect, test } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace } from './rig/face.ts';
import { keepPeers } from './rig/peers.ts';

endToEnd('what Anam’s SDK would ask of the browser, the page does not let it', (world) => {
  test('candidates in advance, with which a busy Chromium may never connect', async () => {
    const context = await world().newContext();
    await keepPeers(context);
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    const poolSizes = await face.page.evaluate(() =>
      peers.map((peer) => peer.getConfiguration().iceCandidatePoolSize),
    );
    expect(poolSizes).toEqual([0]);
    expect(face.thrown).toEqual([]);
  });
});
