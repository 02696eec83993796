import type { BrowserContext, Page } from 'playwright-core';

declare global {
  /** In a page: every microphone that was opened, oldest first. */
  var microphones: MediaStreamTrack[];
}

/** Keeps the microphones that the context's pages open, as `microphones` in each page. */
export async function keepMicrophones(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    globalThis.microphones = [];
    const { mediaDevices } = navigator;
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      microphones.push(...stream.getTracks());
      return stream;
    };
  });
}

/** Whether each of them still hears, oldest first. */
export function microphoneStates(page: Page): Promise<readonly MediaStreamTrackState[]> {
  return page.evaluate(() => microphones.map(({ readyState }) => readyState));
}
