import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { endToEnd } from './rig/end-to-end.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(page: Page): Promise<readonly string[]> {
  // Colours on their way from one theme to the other are no colours to judge. They set out with the next frame.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
  const results = await page.evaluate<AxeResults>('axe.run()');
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
  );
}

/** What everybody's page must look right on. */
const LOOKS = [
  { device: 'desktop', width: 1280, height: 860, colorScheme: 'light' },
  { device: 'desktop', width: 1280, height: 860, colorScheme: 'dark' },
  { device: 'phone', width: 390, height: 844, colorScheme: 'light' },
  { device: 'phone', width: 390, height: 844, colorScheme: 'dark' },
] as const;

endToEnd('the page itself', (world) => {
  test('no error that axe finds, light and dark, wide and narrow, idle, live, frozen, failed', async () => {
    await using face = await world().open();
    const { page } = face;
    await page.evaluate(axe);
    const check = async (state: string): Promise<void> => {
      for (const { device, width, height, colorScheme } of LOOKS) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        const look = `${device} ${colorScheme} ${state}`;
        expect(await violations(page), look).toEqual([]);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect(wider, look).toBe(false);
        await face.screenshot(look);
      }
    };
    await page.getByRole('radio', { name: 'anam-guide' }).waitFor();
    await check('idle');
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    await page.getByRole('button', { name: 'Say it' }).click();
    await check('live');
    await world().sandbox.disturb('anam', { kind: 'freeze' }, 'live');
    await page.getByText('The picture has stopped', { exact: true }).waitFor();
    await check('frozen');
    await world().sandbox.disturb('anam', { kind: 'end', reason: 'maintenance' }, 'live');
    await face.problem();
    await check('failed');
  });

  test('everything can be done by keyboard', async () => {
    await using face = await world().open();
    const { keyboard } = face.page;
    await face.page.getByRole('radio', { name: 'simli-greeter' }).focus();
    await keyboard.press('ArrowDown');
    expect(await face.page.getByRole('radio', { name: 'anam-guide' }).isChecked()).toBe(true);
    await keyboard.press('Enter');
    await face.untilMoving();
    const focused = (): Promise<string | undefined> => face.page.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe('disconnect');
    await keyboard.press('Shift+Tab');
    expect(await focused()).toBe('interrupt');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await face.untilStatus('Not connected');
    expect(await focused()).toBe('connect');
  });

  test('focus goes on with the page, and is taken from nobody', async () => {
    await using face = await world().open();
    const { page } = face;
    const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id);
    const press = (name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).press('Enter');
    const end = async (): Promise<void> => {
      await world().sandbox.disturb('anam', { kind: 'end', reason: 'maintenance' }, 'live');
      expect(await face.problem()).toBe('anam_ended');
    };
    await face.choose({ preset: 'anam-guide' });
    await press('Connect');
    await face.untilMoving();
    await page.getByRole('link', { name: /^Skip/ }).press('Enter');
    expect(await focused()).toBe('aside');
    await world().sandbox.disturb('anam', { kind: 'freeze' }, 'live');
    await press('Reconnect');
    await face.untilMoving();
    expect(await focused()).toBe('disconnect');
    await end();
    expect(await focused()).toBe('problem-act');
    await press('Connect again');
    await face.untilMoving();
    expect(await focused()).toBe('disconnect');
    // The next key of somebody who types must press nothing.
    await page.locator('#text').focus();
    await end();
    expect(await focused()).toBe('problem');
    await press('Dismiss');
    expect(await focused()).toBe('connect');
    await press('Connect');
    await face.untilMoving();
    await page.locator('#theme').focus();
    await end();
    expect(await focused()).toBe('theme');
  });

  test('whoever connects sees the face, and whoever cannot sees why, on a phone held sideways', async () => {
    await using face = await world().open({ viewport: { width: 844, height: 390 } });
    const shown = (id: string): Promise<number> =>
      face.page.locator(id).evaluate(
        (element) =>
          new Promise<number>((resolve) => {
            new IntersectionObserver(([entry]) => {
              resolve(entry?.intersectionRatio ?? 0);
            }).observe(element);
          }),
      );
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    expect(await face.page.evaluate(() => document.activeElement?.id)).toBe('disconnect');
    expect(await shown('#stage')).toBe(1);
    await face.screenshot('sideways live');
    await face.page.getByRole('button', { name: 'Disconnect' }).focus();
    await world().sandbox.disturb('anam', { kind: 'end', reason: 'maintenance' }, 'live');
    await face.problem();
    expect(await shown('#problem-act')).toBe(1);
  });

  test('nothing sticks out of the narrowest phone', async () => {
    await using face = await world().open({ viewport: { width: 320, height: 640 } });
    await face.page.getByRole('radio', { name: 'anam-guide' }).waitFor();
    const rightOf = (selector: string): Promise<number> =>
      face.page.locator(selector).evaluate((element) => element.getBoundingClientRect().right);
    expect(await rightOf('#theme')).toBeLessThanOrEqual(await rightOf('#stage'));
    const { width, height } = (await face.page.locator('#theme').boundingBox()) ?? { width: 0, height: 1 };
    expect(width).toBe(height);
    await face.screenshot('narrowest phone');
  });

  test('only what the session can do is offered, and only once there is one', async () => {
    await using face = await world().open({ viewport: { width: 1280, height: 860 } });
    const { page } = face;
    const text = page.getByRole('textbox', { name: 'What to say' });
    const sound = page.getByRole('button', { name: 'Play a sample' });
    await page.evaluate(() => {
      const seen: string[] = [];
      new MutationObserver(() => {
        if (document.querySelector<HTMLElement>('#say')?.checkVisibility() === true) seen.push('say');
      }).observe(document.body, { attributes: true, childList: true, subtree: true });
      Object.assign(globalThis, { seen });
    });
    await face.connect({ preset: 'simli-greeter' });
    await sound.waitFor();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await face.untilStatus('Not connected');
    expect(await sound.isVisible()).toBe(false);
    expect(await page.evaluate('seen')).toEqual([]);
    await face.connect({ preset: 'anam-guide' });
    await text.waitFor();
    expect(await sound.isVisible()).toBe(false);
  });

  test('the timeline slices no entry, shortens a long text, and says why a session ended', async () => {
    await using face = await world().open({ viewport: { width: 1280, height: 860 } });
    const { page } = face;
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    await page.locator('#text').fill('A sentence that goes on. '.repeat(18));
    await page.getByRole('button', { name: 'Say it' }).click();
    await expect
      .poll(() => face.timeline())
      .toContain('Say: “A sentence that goes on. A sentence that goes on. A sentence…”');
    for (let count = 0; count < 9; count += 1) await page.getByRole('button', { name: 'Interrupt' }).click();
    const cut = await page.locator('#timeline').evaluate((list) => {
      const top = list.getBoundingClientRect().top + parseFloat(getComputedStyle(list).paddingTop);
      const edges = [...list.children].map((entry) => entry.getBoundingClientRect().top - top);
      return { scrolled: list.scrollTop > 0, nearest: Math.min(...edges.map(Math.abs)) };
    });
    expect(cut.scrolled).toBe(true);
    expect(cut.nearest).toBeLessThan(1);
    await face.screenshot('timeline');
    await world().sandbox.disturb('anam', { kind: 'end', reason: 'maintenance' }, 'live');
    await face.problem();
    expect((await face.timeline()).at(-1)).toBe('Ended: Anam has ended the session.');
  });

  test('the theme is the system’s until another is chosen, which is kept', async () => {
    await using face = await world().open({ colorScheme: 'dark' });
    const theme = (): Promise<string | undefined> =>
      face.page.evaluate(() => document.documentElement.dataset['theme']);
    expect(await theme()).toBe('dark');
    await face.page.getByRole('button', { name: 'Change to the light theme' }).click();
    expect(await theme()).toBe('light');
    await face.page.reload();
    expect(await theme()).toBe('light');
  });

  test('an SDK is loaded only when its vendor is chosen', async () => {
    await using face = await world().open();
    await face.page.getByRole('radio', { name: 'anam-guide' }).waitFor();
    const scripts = (): number => face.asked.filter((url) => url.endsWith('.js')).length;
    const before = scripts();
    await face.connect({ preset: 'anam-guide' });
    await face.untilMoving();
    const kinds = await face.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize),
    );
    expect(scripts()).toBeGreaterThan(before);
    // LiveKit's client, which Anam does not need, is larger than everything here.
    expect(Math.max(...kinds)).toBeLessThan(200_000);
  });
});
