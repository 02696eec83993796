/**
 * The one vendor that all contenders talk to: a process of its own, so that its work is not counted as theirs. Its
 * argument is how many milliseconds each answer takes.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const token = 'a'.repeat(200);
// As Anam's are: claims that a client may read, and a signature that it cannot.
const claims = Buffer.from(JSON.stringify({ sessionId: token.slice(0, 36), exp: 4_000_000_000 })).toString(
  'base64url',
);
const jwt = `eyJhbGciOiJIUzI1NiJ9.${claims}.${token.slice(0, 43)}`;
const session_id = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/compose/token': { session_token: token },
  '/v1/auth/session-token': { sessionToken: jwt },
  '/v1/sessions/token': { code: 1000, data: { session_id, session_token: token }, message: 'ok' },
  '/v1/realtime/client_secrets': { value: token, expires_at: 4_000_000_000, session: {} },
  '/v1/customers': { id: token, object: 'customer' },
};

const bodies = new Map(Object.entries(ANSWERS).map(([path, answer]) => [path, JSON.stringify(answer)]));

const delayMs = Number(process.argv[2] ?? 0);

const server = createServer((request, response) => {
  const answer = (): void => {
    const body = bodies.get(request.url ?? '') ?? '{}';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  };
  request.resume().on('end', () => {
    if (delayMs === 0) answer();
    else setTimeout(answer, delayMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
process.once('disconnect', () => process.exit());
