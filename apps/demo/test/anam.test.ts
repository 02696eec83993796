import { expect, test } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';
import { openFace } from './rig/face.ts';

endToEnd('what Anam’s SDK would ask of the browser, the page does not let it', (world) => {
  test('candidates in advance, with which a busy Chromium may never connect', async () => {
    const context = await world().browser.newContext();
    await context.addInitScript(() => {
      const made: RTCPeerConnection[] = [];
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          made.push(this);
        }
      };
      Object.assign(globalThis, {
        poolSizes: () => made.map((connection) => connection.getConfiguration().iceCandidatePoolSize),
      });
    });
    await using face = await openFace(context, world().demo.url);
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    expect(await face.page.evaluate('poolSizes()')).toEqual([0]);
    expect(face.thrown).toEqual([]);
  });
});
