import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { keyHeader, send } from '../../test/call.ts';
import { createSandbox } from '../index.ts';
import { help, run, type Terminal } from './run.ts';

type Child = ChildProcessByStdio<null, Readable, null>;

/** Runs the command in this process; `during` is what happens before it is asked to end. */
async function cli(
  args: readonly string[],
  during: (url: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<{ code: number; out: string; err: string }> {
  const lines = { out: [] as string[], err: [] as string[] };
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const terminal: Terminal = {
    out: (line) => {
      lines.out.push(line);
      const url = /listens on (\S+)/.exec(line)?.[1];
      if (url !== undefined) {
        void during(url).finally(() => {
          end();
        });
      }
    },
    err: (line) => lines.err.push(line),
    untilStopped: () => ended,
  };
  const code = await run(args, terminal);
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

test('prints its help and its version', async () => {
  expect(await cli(['--help'])).toEqual({ code: 0, out: help, err: '' });
  expect((await cli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
});

test('prints what to set', async () => {
  const { code, out } = await cli(['--port', '0']);
  expect(code).toBe(0);
  expect(out).toMatch(/baseUrl: 'http:\/\/127\.0\.0\.1:\d+\/liveavatar'/);
  expect(out).toContain('SIMLI_API_KEY=sandbox ANAM_API_KEY=sandbox LIVEAVATAR_API_KEY=sandbox');
});

test('prints one line for each request when asked to', async () => {
  const ask = (url: string): Promise<unknown> =>
    send(`${url}/simli/compose/ice`, { headers: keyHeader.simli('the-secret-key') });
  const { out } = await cli(['--port', '0', '--verbose'], ask);
  expect(out).toContain('simli GET /compose/ice 200 | compose.listIceServers');
  expect(out).not.toContain('the-secret-key');
  expect((await cli(['--port', '0'], ask)).out).not.toContain('compose.listIceServers');
});

test.each([
  [['--port', 'x'], '--port must be a number from 0 to 65535, not x'],
  [['--port', '65536'], '--port must be'],
  [['--prot', '1'], "Unknown option '--prot'"],
  [['extra'], 'Unexpected argument'],
])('refuses %j', async (args, message) => {
  const { code, err } = await cli(args);
  expect(code).toBe(1);
  expect(err).toContain(message);
  expect(err).toContain('Try avatar-sandbox --help.');
});

test('names a port that is taken, and how to choose another', async () => {
  await using sandbox = await createSandbox();
  const { port } = new URL(sandbox.url);
  expect(await cli(['--port', port])).toEqual({
    code: 1,
    out: '',
    err: `Port ${port} is taken: choose another with --port, for example --port 0 for any free one.`,
  });
});

/** The command as a process, once it listens. */
async function spawned(...options: string[]): Promise<{ child: Child; url: string }> {
  const cliPath = fileURLToPath(new URL('../cli.ts', import.meta.url));
  const args = [cliPath, '--port', '0', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [greeting] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: /listens on (\S+)/.exec(greeting.toString())?.[1] ?? '' };
}

test.each(['SIGINT', 'SIGTERM'] as const)('as a process, ends cleanly on %s', async (signal) => {
  const { child } = await spawned();
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('as a process, outlives whoever read what it prints', async () => {
  const { child, url } = await spawned('--verbose');
  child.stdout.destroy();
  for (let i = 0; i < 3; i += 1) {
    const headers = keyHeader.simli('any-key');
    expect(await send(`${url}/simli/compose/ice`, { headers })).toMatchObject({ status: 200 });
  }
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
