import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { mouthOpenness, readFrameNumber } from '@org/sandbox/frame-number';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url));

export type Preset =
  'simli-greeter' | 'anam-guide' | 'liveavatar-host' | 'liveavatar-lite' | 'liveavatar-started' | 'short';

export interface Choice {
  readonly preset: Preset;
  readonly transport?: 'p2p' | 'livekit';
}

/** Less is a mouth that is shut, more one that speaks. */
export const OPEN_MOUTH = 0.05;

/** What the video shows at one moment. */
export interface Look {
  /** The number that the sandbox draws into each frame. */
  readonly frame: number | undefined;
  readonly mouth: number;
}

/** The page, as somebody who sits before it. */
export interface Face extends AsyncDisposable {
  readonly page: Page;
  /** Every address that the page has asked, WebSockets too. */
  readonly asked: readonly string[];
  /** What no page should have: errors that nobody caught. */
  readonly thrown: readonly string[];
  choose(choice: Choice): Promise<void>;
  connect(choice: Choice): Promise<void>;
  look(): Promise<Look>;
  /** Resolves once the face moves: with frames later than those before. */
  untilMoving(): Promise<void>;
  /** Resolves once the status above the picture is this. Fails with what the page says instead. */
  untilStatus(status: string): Promise<void>;
  /** Resolves once the mouth is seen open. */
  untilMouthOpens(): Promise<void>;
  timeline(): Promise<readonly string[]>;
  /** When that was noted first, in milliseconds from the click by the page's own clock. */
  notedAt(text: string): Promise<number>;
  /** Resolves once there is a problem, told in a sentence, with its code. */
  problem(timeoutMs?: number): Promise<string>;
  screenshot(name: string): Promise<void>;
}

export async function openFace(context: BrowserContext, url: string): Promise<Face> {
  const page = await context.newPage();
  const asked: string[] = [];
  const thrown: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  page.on('pageerror', (error) => thrown.push(String(error)));
  await page.goto(url);
  const look = (): Promise<Look> => lookAt(page);
  const choose = async ({ preset, transport }: Choice): Promise<void> => {
    await page.getByRole('radio', { name: preset }).check();
    if (transport !== undefined) await page.locator(`input[value="${transport}"]`).check({ force: true });
  };
  return {
    page,
    asked,
    thrown,
    choose,
    connect: async (choice) => {
      await choose(choice);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
    },
    look,
    untilMoving: async () => {
      let first: number | undefined;
      await expect
        .poll(async () => {
          const { frame } = await look();
          first ??= frame;
          const moves = frame !== undefined && first !== undefined && frame > first + 5;
          return moves ? 'it moves' : account(page);
        })
        .toBe('it moves');
    },
    untilStatus: async (status) => {
      await expect
        .poll(async () => {
          const now = await page.locator('#status-text').innerText();
          return now === status ? now : `${now}; ${await account(page)}`;
        })
        .toBe(status);
    },
    untilMouthOpens: async () => {
      await expect.poll(async () => (await look()).mouth).toBeGreaterThan(OPEN_MOUTH);
    },
    timeline: () => page.locator('#timeline li span').allInnerTexts(),
    notedAt: async (text) => {
      const entry = page.locator('#timeline li').filter({ hasText: text }).first();
      const duration = await entry.locator('time').getAttribute('datetime');
      const [, seconds] = /^PT([\d.]+)S$/.exec(duration ?? '') ?? [];
      return Number(seconds) * 1000;
    },
    problem: async (timeoutMs = 10_000) => {
      const code = page.locator('#problem-code');
      await code.waitFor({ timeout: timeoutMs });
      expect(await page.locator('#problem-message').innerText()).toMatch(/\.$/);
      return code.innerText();
    },
    screenshot: async (name) => {
      await mkdir(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** What a person would tell who was asked what had happened. */
async function account(page: Page): Promise<string> {
  const entries = await page.locator('#timeline li').allInnerTexts();
  const problem = await page.locator('#problem:visible').allInnerTexts();
  return [...entries, ...problem].join(' | ').replaceAll('\n', ' ');
}

/** Large enough for each of the picture's cells to be several pixels. */
const WIDTH = 320;

async function lookAt(page: Page): Promise<Look> {
  const { width, height, pixels } = await page.evaluate((wanted) => {
    const video = document.querySelector('video');
    if (video === null || video.videoWidth === 0) return { width: 0, height: 0, pixels: '' };
    const canvas = document.createElement('canvas');
    canvas.width = wanted;
    canvas.height = Math.round((wanted * video.videoHeight) / video.videoWidth);
    const context = canvas.getContext('2d');
    context?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
    let text = '';
    for (let at = 0; at < data.length; at += 0x8000) {
      text += String.fromCharCode(...data.subarray(at, at + 0x8000));
    }
    return { width: canvas.width, height: canvas.height, pixels: btoa(text) };
  }, WIDTH);
  if (width === 0) return { frame: undefined, mouth: 0 };
  const picture = { width, height, data: Buffer.from(pixels, 'base64') };
  return { frame: readFrameNumber(picture), mouth: mouthOpenness(picture) };
}
