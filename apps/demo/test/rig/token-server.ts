import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '@org/sandbox';

const MAIN = fileURLToPath(new URL('../../../token-server/dist/main.js', import.meta.url));

/** A key that must never be found in the page or in what it receives. */
export const CANARY_KEY = 'canary-key-0f3a9c';

const PRESETS = `
presets:
  simli-greeter:
    vendor: simli
    description: A face that greets, moved by the audio that the page sends
    caps: { maxSessionSeconds: 600, idleSeconds: 60 }
    request: { faceId: 0c2b8b04-5274-41f1-a21c-d5c98322efa9, apiVersion: v2, handleSilence: true }
  anam-guide:
    vendor: anam
    description: A guide who listens and answers
    caps: { maxSessionSeconds: 600 }
    request:
      personaConfig:
        name: Guide
        avatarId: 071b0286-4cce-4808-bee2-e642f1062de3
        voiceId: de23e340-1416-4dd8-977d-065a7ca11697
        llmId: a7cf662c-2ace-4de1-a21e-ef0fbf144bb7
        systemPrompt: You are a friendly guide.
  liveavatar-host:
    vendor: liveavatar
    description: A host who listens and answers
    caps: { maxSessionSeconds: 600 }
    request:
      mode: FULL
      avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a
      avatar_persona:
        voice_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a
        context_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a
        language: en
  liveavatar-lite:
    vendor: liveavatar
    description: A face for a voice of your own
    caps: { maxSessionSeconds: 600 }
    request: { mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a }
  short:
    vendor: simli
    description: Over after a few seconds
    caps: { maxSessionSeconds: 6, idleSeconds: 5 }
    request: { faceId: 0c2b8b04-5274-41f1-a21c-d5c98322efa9 }
`;

export interface TokenServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The real one, in development mode, with the sandbox as its vendors. */
export async function startTokenServer(sandbox: Sandbox): Promise<TokenServer> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-presets-'));
  const presets = join(folder, 'presets.yaml');
  await writeFile(presets, PRESETS);
  const child = spawn(process.execPath, [MAIN, '--dev', '--port', '0', '--presets', presets], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      SIMLI_API_KEY: CANARY_KEY,
      ANAM_API_KEY: CANARY_KEY,
      LIVEAVATAR_API_KEY: CANARY_KEY,
      SIMLI_BASE_URL: sandbox.simli.baseUrl,
      ANAM_BASE_URL: sandbox.anam.baseUrl,
      LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
    },
  });
  const url = await listening(createInterface(child.stdout));
  return {
    url,
    close: async () => {
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const entry = JSON.parse(line) as { msg?: string; url?: string };
    if (entry.msg === 'listening' && entry.url !== undefined) {
      // The rest is read too, or the pipe fills and the server waits.
      void drain(lines);
      return entry.url;
    }
  }
  throw new Error('the token server ended before it listened');
}

async function drain(lines: AsyncIterable<string>): Promise<void> {
  for await (const _ of lines);
}
