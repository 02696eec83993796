import { WebSocket } from 'ws';
import { createSandbox } from '../src/index.ts';
import { call, dataOf, send } from './call.ts';
import { mint, socketUrl } from './tokens.ts';

/** The first message, or how the connection was refused. */
function firstMessage(url: string): Promise<string> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      resolve(data.toString());
    });
    socket.on('error', (error) => {
      resolve(error.message);
    });
  });
}

const sandbox = await createSandbox();
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const simliToken = await mint.simli(sandbox);
const anamStarted = await call(sandbox, 'anam', 'engine.startSession', {
  headers: bearer(await mint.anam(sandbox)),
});
const live = await call(sandbox, 'liveavatar', 'sessions.start', {
  headers: bearer(await mint.liveavatar(sandbox)),
});

if (process.argv.includes('http')) {
  const { realtimeModules } = globalThis as { realtimeModules?: readonly string[] };
  console.log(JSON.stringify({ loaded: realtimeModules }));
} else if (process.argv.includes('video')) {
  // Only here, because it loads what the other modes must not.
  const { simliClient } = await import('./clients.ts');
  const client = simliClient(socketUrl(sandbox.simli.baseUrl), simliToken);
  while (client.viewer.frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  console.log(JSON.stringify({ frames: true }));
  if (process.argv.includes('offersLate')) {
    client.socket.on('message', (data: Buffer) => {
      if (data.toString() === 'STOP')
        client.socket.send(JSON.stringify(client.viewer.connection.localDescription));
    });
    sandbox.disturb('simli', { kind: 'end' }, 'live');
    await client.closed;
  }
  client.close();
  if (process.argv.includes('fails')) {
    // As test runners do: they know only now that a test has failed.
    process.on('exit', () => {
      console.log(JSON.stringify({ heard: 'the end' }));
      process.exitCode = 3;
    });
  }
  if (process.argv.includes('rejects')) void Promise.reject(new Error('a bug of the host'));
  if (process.argv.includes('handles')) {
    process.on('uncaughtException', ({ message }) => {
      console.log(JSON.stringify({ handled: message }));
    });
  }
  if (process.argv.includes('throws')) {
    setImmediate(() => {
      throw new Error('a bug of the host');
    });
  }
} else {
  const { sessionId, engineHost } = anamStarted.json as { sessionId: string; engineHost: string };
  const { livekit_url = '', livekit_client_token: token = '' } = dataOf(live);
  const simli = await firstMessage(
    `${socketUrl(sandbox.simli.baseUrl)}/compose/webrtc/p2p?session_token=${simliToken}`,
  );
  const anam = await firstMessage(`ws://${engineHost}/v1/engine/ws?session_id=${sessionId}`);
  await firstMessage(`${livekit_url}/rtc?access_token=${token}`);
  const validated = await send(`${livekit_url.replace('ws', 'http')}/rtc/validate?access_token=${token}`);
  const notes = sandbox.journal().flatMap((entry) => entry.notes.filter((note) => note !== 'WebSocket'));
  const { payload } = JSON.parse(anam) as { payload: string };
  console.log(
    JSON.stringify({ simli, anam: payload, liveavatar: `${validated.status} ${validated.text}`, notes }),
  );
}
await sandbox.close();
