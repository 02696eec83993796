import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LATE_REQUEST_CHECK_MS, REQUEST_TIMEOUT_MS } from '../../src/config/constants.ts';
import { askForSession } from '../ask.ts';
import { startFakeVendor } from '../fake-vendor.ts';
import { accountsAt, start } from '../start.ts';

const SENDERS = 100;
/** Room for a machine that has other work to do: this only tells hanging from late. */
const SLACK_MS = 15_000;

const HEAD = 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const MANNERS = {
  'in their headers': HEAD,
  'in their body': `${HEAD}Content-Length: 1000\r\n\r\n{"preset"`,
};

test(
  'those who send a byte now and then are sent away, and keep nobody else out',
  { timeout: 60_000 },
  async () => {
    await using vendor = await startFakeVendor();
    await using server = await start(accountsAt(vendor.url));
    const began = performance.now();
    const sockets: Socket[] = [];
    const answers: Promise<string>[] = [];
    for (const beginning of Object.values(MANNERS)) {
      for (let n = 0; n < SENDERS / 2; n++) {
        const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(beginning);
        sockets.push(socket);
        answers.push(text(socket).catch(() => 'reset'));
      }
    }
    const dribble = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x');
    }, 500);
    try {
      for (let n = 0; n < 50; n++) {
        expect((await askForSession(server.url, { preset: 'anam-guide' })).status).toBe(201);
      }
      const bound = REQUEST_TIMEOUT_MS + LATE_REQUEST_CHECK_MS + SLACK_MS;
      const late = wait(bound - (performance.now() - began), 'late', { ref: false });
      const said = await Promise.race([Promise.all(answers), late]);
      expect(said).not.toBe('late');
      // 408, or the connection was reset because they went on sending.
      for (const answer of said) expect(answer).toMatch(/^HTTP\/1\.1 408 |^reset$|^$/);
      expect(vendor.asked).toHaveLength(50);
    } finally {
      clearInterval(dribble);
      for (const socket of sockets) socket.destroy();
    }
  },
);
