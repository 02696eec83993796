import type { Sandbox } from '../src/index.ts';
import { call, dataOf } from './call.ts';
import { avatarId } from './vendor-examples.ts';

/** A token as a server would mint it, for a browser to use. */
export const mint: {
  simli(sandbox: Sandbox, body?: object): Promise<string>;
  anam(sandbox: Sandbox, personaConfig?: object): Promise<string>;
  liveavatar(sandbox: Sandbox, body?: object): Promise<string>;
} = {
  simli: async (sandbox, body = {}) => {
    const { json } = await call(sandbox, 'simli', 'compose.createToken', { body: { faceId: 'f', ...body } });
    return (json as { session_token: string }).session_token;
  },
  anam: async (sandbox, personaConfig = { avatarId: 'a' }) => {
    const { json } = await call(sandbox, 'anam', 'sessionTokens.create', { body: { personaConfig } });
    return (json as { sessionToken: string }).sessionToken;
  },
  liveavatar: async (sandbox, body = {}) => {
    const reply = await call(sandbox, 'liveavatar', 'sessions.createToken', {
      body: { avatar_id: avatarId, ...body },
    });
    return dataOf(reply)['session_token'] ?? '';
  },
};

/** The same address for a WebSocket. */
export const socketUrl = (url: string): string => url.replace(/^http/, 'ws');
