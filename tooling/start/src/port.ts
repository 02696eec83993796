import { once } from 'node:events';
import { createServer } from 'node:net';

/** The port, or 0 for any free one when somebody else has it, which is said to `tell`. */
export async function freePort(port: number, whose: string, tell: (line: string) => void): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    tell(`Port ${port} is taken, so ${whose} takes another.`);
    return 0;
  }
  server.close();
  await once(server, 'close');
  return port;
}
