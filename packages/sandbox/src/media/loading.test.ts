import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const hooks = fileURLToPath(new URL('../../test/loading-hooks.js', import.meta.url));
const script = fileURLToPath(new URL('../../test/loading-script.ts', import.meta.url));

/** Runs a sandbox in a process of its own, and gives what it printed. */
async function inProcess(...mode: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, ['--import', hooks, script, ...mode], { timeout: 10_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

test('who only uses HTTP loads neither WebRTC nor LiveKit', async () => {
  expect(await inProcess('http')).toEqual({ loaded: [] });
});

test('a process that has shown video ends by itself, and well', async () => {
  // A crash in the native stack would reject here.
  expect(await inProcess('video')).toEqual({ frames: true });
});

test('and so it does after an offer that came as its session ended', async () => {
  // A connection that nobody closes would keep it.
  expect(await inProcess('video', 'offersLate')).toEqual({ frames: true });
});

test('a process that has shown video ends with the code that its last listener leaves', async () => {
  await expect(inProcess('video', 'fails')).rejects.toMatchObject({
    code: 3,
    stdout: expect.stringContaining('"heard":"the end"') as string,
  });
});

test.each(['throws', 'rejects'])(
  'an error of a process that has shown video is reported: it %s',
  async (how) => {
    await expect(inProcess('video', how)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Error: a bug of the host\n +at /) as string,
    });
  },
);

test('a process that has shown video and handles an error ends well', async () => {
  expect(await inProcess('video', 'throws', 'handles')).toEqual({ handled: 'a bug of the host' });
});

test('without a WebRTC stack every vendor says so in its own way, and so does the journal', async () => {
  const sentence =
    'The sandbox cannot show video: its optional dependency @roamhq/wrtc is not installed or has no build for this machine.';
  expect(await inProcess('missing')).toEqual({
    simli: `ERROR: ${sentence}`,
    anam: sentence,
    liveavatar: `424 ${sentence}`,
    notes: [sentence, sentence, sentence],
  });
});
