import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TOKEN } from './acme.ts';
import { dist } from './dist.ts';
import { hangs, json, serve, stalls, status, type Reply } from './local-server.ts';

interface Ended {
  readonly code: number | null;
  readonly said: string;
  readonly complained: string;
  /** From its last word to its end. */
  readonly lingeredMs: number;
}

/** Runs a program of `children/` in a process of its own, on one of the builds. */
async function run(program: string, build: string, origin: string): Promise<Ended> {
  const path = fileURLToPath(new URL(`children/${program}`, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--unhandled-rejections=strict',
      '--no-warnings=ExperimentalWarning',
      path,
      pathToFileURL(dist(build)).href,
      origin,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let lastWordAt = 0;
  child.stdout.on('data', () => (lastWordAt = performance.now()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const [code, said, complained] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, said: said.trim(), complained, lingeredMs: performance.now() - lastWordAt };
}

describe.each(['index.node.js', 'index.node.cjs', 'index.js', 'index.cjs'])(
  'a process that uses %s',
  (build) => {
    it('ends at once when its calls have ended', async () => {
      let wasBusy = false;
      const busyThenWell: Reply = (response, request) => {
        (wasBusy ? json(TOKEN) : status(503))(response, request);
        wasBusy = true;
      };
      const replies: Readonly<Record<string, Reply>> = {
        hangs,
        stalls,
        'busy, then well': busyThenWell,
        'busy for long': status(503, { 'retry-after': '20' }),
      };
      const server = await serve((response, request) => {
        (replies[String(request.headers['x-reply'])] ?? json(TOKEN))(response, request);
      });
      const { code, said, complained, lingeredMs } = await run('finishes-calls.ts', build, server.origin);
      expect(complained).toBe('');
      expect(said).toBe('fulfilled,fulfilled,fulfilled,rejected,rejected,rejected,rejected');
      expect(code).toBe(0);
      // An attempt has 10 s, an idle connection is kept for 29 s, a call has 30 s: none of them may hold the process.
      expect(lingeredMs).toBeLessThan(9_000);
    });
  },
);

describe('an error that nobody catches', () => {
  it.each(['index.node.js', 'index.js'])('ends a process that uses %s, and shows no key', async (build) => {
    const server = await serve(json(TOKEN));
    const { code, complained } = await run('fails-uncaught.ts', build, server.origin);
    expect(code).toBe(1);
    expect(complained).toMatch(/\[cause\]: .*TypeError/);
    expect(complained).toContain("code: 'ECONNRESET'");
    expect(complained).toContain('fails-uncaught.ts');
    expect(complained).not.toContain('acme-key-1');
  });
});

describe('undici', () => {
  it.each(['index.node.js', 'index.node.cjs'])(
    'is loaded by the first call of %s, and not before',
    async (build) => {
      const server = await serve(json(TOKEN));
      const { said, complained } = await run('loads-lazily.ts', build, server.origin);
      expect(complained).toBe('');
      expect(JSON.parse(said)).toEqual({ afterImport: false, afterConstruction: false, afterCall: true });
    },
  );

  it.each(['index.js', 'index.cjs'])('is never loaded by %s', async (build) => {
    const server = await serve(json(TOKEN));
    const { said } = await run('loads-lazily.ts', build, server.origin);
    expect(JSON.parse(said)).toEqual({ afterImport: false, afterConstruction: false, afterCall: false });
  });
});
