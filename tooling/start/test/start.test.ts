import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from '@org/sandbox';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = join(import.meta.dirname, '../src/main.ts');
let scratch: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'start-'));
});

afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(scratch, { recursive: true });
});

/** The command as a process, with what it has printed so far. */
interface Started {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

function start(settings = '', args: readonly string[] = [], path = process.env['PATH']): Started {
  const file = join(scratch, 'settings');
  if (settings !== '') writeFileSync(file, settings);
  const child = spawn(process.execPath, [main, '--settings', file, ...args], {
    env: { ...process.env, PATH: path },
  });
  running = child;
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, printed: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
}

const isUp = ({ printed }: Started): Promise<void> =>
  expect.poll(printed, { timeout: 20_000 }).toContain('Ctrl-C ends it.');

const addressIn = ({ printed }: Started, name: string): string =>
  new RegExp(`^${name} +(http://\\S+)`, 'm').exec(printed())?.[1] ?? '';

async function isGone(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

test('without a key: one grant for each vendor from the sandbox, more on request, and a clean end', async () => {
  const started = start();
  await isUp(started);
  expect(started.printed().match(/the sandbox; with a key/g)).toHaveLength(3);
  expect(started.printed().match(/token: '.{1,8}…'/g)).toHaveLength(3);

  const tokenServer = addressIn(started, 'token server');
  const preset = /"preset":"([^"]+)"/.exec(started.printed())?.[1];
  const answer = await fetch(`${tokenServer}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ preset }),
  });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({ preset });

  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(await isGone(tokenServer)).toBe(true);
  expect(await isGone(addressIn(started, 'sandbox'))).toBe(true);
}, 30_000);

test('the demo page is there, and knows the token server and the sandbox', async () => {
  const started = start();
  await isUp(started);
  const demo = addressIn(started, 'demo page');
  expect(await (await fetch(demo)).text()).toContain('<title>Speaking avatars</title>');
  const sandbox = addressIn(started, 'sandbox');
  expect(await (await fetch(`${demo}/config.json`)).json()).toEqual({
    tokenServer: addressIn(started, 'token server'),
    vendors: {
      simli: `${sandbox.replace('http', 'ws')}/simli`,
      anam: `${sandbox}/anam`,
      liveavatar: `${sandbox}/liveavatar`,
    },
  });
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(await isGone(demo)).toBe(true);
}, 30_000);

test.runIf(process.platform === 'linux')(
  '--open opens the demo page, and nothing else',
  async () => {
    const opened = join(scratch, 'opened');
    writeFileSync(join(scratch, 'xdg-open'), `#!/bin/sh\necho "$@" >> '${opened}'\n`, { mode: 0o755 });
    const started = start('', ['--open'], `${scratch}:${process.env['PATH'] ?? ''}`);
    await isUp(started);
    const demo = addressIn(started, 'demo page');
    await expect.poll(() => existsSync(opened) && readFileSync(opened, 'utf8')).toBe(`${demo}\n`);
    started.child.kill('SIGINT');
    expect(await started.ended).toBe(0);
  },
  30_000,
);

test('a machine without a browser is told the address, and the rest stays up', async () => {
  const started = start('', ['--open'], scratch);
  await isUp(started);
  const demo = addressIn(started, 'demo page');
  await expect.poll(started.printed).toContain(`No browser could be opened here: open ${demo} yourself.`);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
}, 30_000);

test.runIf(process.platform === 'linux')(
  'an opener that finds no browser is no browser either',
  async () => {
    writeFileSync(join(scratch, 'xdg-open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const started = start('', ['--open'], `${scratch}:${process.env['PATH'] ?? ''}`);
    await isUp(started);
    const demo = addressIn(started, 'demo page');
    await expect.poll(started.printed).toContain(`No browser could be opened here: open ${demo} yourself.`);
    started.child.kill('SIGINT');
    expect(await started.ended).toBe(0);
  },
  30_000,
);

test('a key in the file makes that vendor the real one, and the key is shown nowhere', async () => {
  await using vendor = await createSandbox();
  const started = start(`SIMLI_API_KEY=a-real-key\nSIMLI_BASE_URL=${vendor.simli.baseUrl}\nANAM_API_KEY=\n`);
  await isUp(started);
  expect(started.printed()).toContain('Simli: the vendor itself');
  expect(started.printed()).toContain('Anam: the sandbox');
  expect(started.printed()).not.toContain('a-real-key');
  expect(vendor.journal().map(({ operation }) => operation)).toContain('compose.createToken');
  started.child.kill('SIGTERM');
  expect(await started.ended).toBe(0);
}, 30_000);

test('a vendor that refuses is shown as the token server tells it, and the rest stays up', async () => {
  await using vendor = await createSandbox();
  const started = start(`SIMLI_API_KEY=sandbox-invalid-key\nSIMLI_BASE_URL=${vendor.simli.baseUrl}\n`);
  await isUp(started);
  expect(started.printed()).toContain('No session. Is the key good');
  expect(started.printed().match(/token: '.{1,8}…'/g)).toHaveLength(2);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
}, 30_000);

test('a vendor that is down is not said to be the key’s fault', async () => {
  await using vendor = await createSandbox();
  vendor.fail('anam', 'sessionTokens.create', { status: 503, times: Infinity });
  const started = start(`ANAM_API_KEY=a-real-key\nANAM_BASE_URL=${vendor.anam.baseUrl}\n`);
  await isUp(started);
  expect(started.printed()).toContain('No session. The vendor is down, or cannot be reached');
  expect(started.printed()).not.toContain('key good');
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
}, 30_000);

test.each([
  ['--bogus', "Unknown option '--bogus'"],
  ['now', "Unexpected argument 'now'"],
])('%s is refused in a sentence, and nothing is started', async (argument, why) => {
  const started = start('', [argument]);
  expect(await started.ended).toBe(1);
  expect(started.printed()).toContain(why);
  expect(started.printed()).toContain('There are --open and --settings <file>.');
  expect(started.printed()).not.toMatch(/^\s+at /m);
});

test('taken ports are named, and others used', async () => {
  const taken = await Promise.all([4010, 8787].map(occupy));
  const started = start();
  await isUp(started);
  expect(started.printed()).toContain('Port 4010 is taken, so the sandbox takes another.');
  expect(started.printed()).toContain('Port 8787 is taken, so the token server takes another.');
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  for (const server of taken) server.close();
}, 30_000);

test('a wrong preset file is one sentence with its place, and nothing stays up', async () => {
  const presets = join(scratch, 'presets.yaml');
  writeFileSync(presets, 'presets:\n  greeter:\n    vendor: nobody\n');
  const started = start(`PRESETS_FILE=${presets}\n`);
  expect(await started.ended).toBe(1);
  expect(started.printed()).toContain(presets);
  expect(started.printed()).not.toMatch(/^\s+at /m);
}, 30_000);

/** Holds a port, unless somebody holds it already. */
async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening').catch(() => undefined);
  return server;
}
