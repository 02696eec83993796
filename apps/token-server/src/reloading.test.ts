import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ask, askForSession } from '../test/ask.ts';
import { startFakeVendor } from '../test/fake-vendor.ts';
import { accountsAt, start } from '../test/start.ts';
import { RELOAD_CHECK_MS } from './config/constants.ts';
import { NO_LIMITS } from './config/limits.ts';
import { loadPolicy, type Policy } from './config/presets.ts';
import type { SettingsFile } from './config/settings-file.ts';
import { presetRules } from './vendors/vendors.ts';

const PRESETS =
  'presets:\n  a:\n    vendor: simli\n    caps: { maxSessionSeconds: 60 }\n    request: { faceId: x }\n';

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reloading-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'presets.yaml');
  await writeFile(file, text);
  return file;
}

test('a file whose first reading takes long is not read by two at once, and the newest counts', async () => {
  await using vendor = await startFakeVendor();
  const accounts = accountsAt(vendor.url);
  const file = await fileOf(PRESETS);
  const first = await loadPolicy(file, presetRules, accounts, NO_LIMITS);
  let goOn = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let reads = 0;
  const again = async (): Promise<SettingsFile<Policy>> => {
    const news = await first.again();
    if (reads++ === 0) await slow;
    return news;
  };
  await using server = await start(accounts, {
    ...first.value,
    reload: { presets: { ...first, again } },
  });
  const told = (): readonly string[] => server.lines.filter((line) => line.includes('reloaded'));
  const codeOf = async (): Promise<unknown> =>
    ((await askForSession(server.url, { preset: 'a' })).json as { code?: unknown }).code;
  await expect.poll(() => reads).toBe(1);
  await writeFile(file, `killSwitch: all\n${PRESETS}`);
  await wait(2.5 * RELOAD_CHECK_MS);
  goOn();
  await expect.poll(codeOf).toBe('killed');
  expect([reads, told().length]).toEqual([2, 1]);
});

test('what changed before anybody watched is used, and told of; what did not change is not', async () => {
  await using vendor = await startFakeVendor();
  const accounts = accountsAt(vendor.url);
  const [changed, same] = [await fileOf(PRESETS), await fileOf(PRESETS)];
  const load = (file: string): Promise<SettingsFile<Policy>> =>
    loadPolicy(file, presetRules, accounts, NO_LIMITS);
  const [early, steady] = [await load(changed), await load(same)];
  await writeFile(changed, PRESETS.replace('a:', 'b:'));
  await using late = await start(accounts, { ...early.value, reload: { presets: early } });
  await using other = await start(accounts, { ...steady.value, reload: { presets: steady } });
  const presetsOf = async (url: string): Promise<string> => (await ask(`${url}/v1/presets`)).text;
  await expect.poll(() => presetsOf(late.url)).toContain('"name":"b"');
  expect(late.lines.join('')).toContain('"reloaded"');
  // Touched, and put back after it was wrong.
  await writeFile(same, PRESETS);
  await wait(1.5 * RELOAD_CHECK_MS);
  expect(other.lines.join('')).not.toContain('reloaded');
  await writeFile(same, 'presets: {}\n');
  await expect.poll(() => other.lines.join('')).toContain('not reloaded: the old one goes on');
  await writeFile(same, PRESETS);
  await expect.poll(() => other.lines.join('')).toContain('"msg":"reloaded"');
});
