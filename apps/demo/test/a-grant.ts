import type { Grant } from '../src/grant.ts';

/** A grant as a token server gives it. */
export const aGrant: Grant = {
  id: '0b9f4c1e',
  vendor: 'anam',
  preset: 'anam-guide',
  token: 'a.b.c',
  connect: {},
  limits: { maxSessionSeconds: 600 },
  capabilities: { stop: false, keepAlive: false },
  endToken: 'end-token',
};
