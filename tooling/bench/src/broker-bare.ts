/** What the token server is compared with: Express forwards to the vendor by undici, and does nothing else. */
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { PERSONA, VENDOR_KEY } from './broker-presets.ts';

const vendor = process.argv[2] ?? '';
const dispatcher = new Agent({ connections: 64 });

const app = express();
app.post('/v1/sessions', express.json(), async (_request, response) => {
  const answer = await request(`${vendor}/v1/auth/session-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${VENDOR_KEY}` },
    body: JSON.stringify({ personaConfig: PERSONA }),
    dispatcher,
  });
  response.status(201).json(await answer.body.json());
});

// Nothing is cheaper to refuse than this.
app.post('/refused/v1/sessions', (_request, response) => {
  response.status(429).json({ code: 'too_many_requests' });
});

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
process.once('disconnect', () => process.exit());
process.send?.((server.address() as AddressInfo).port);
