import { describe, expect, it } from 'vitest';

import { HeadlessChromium, isMissing } from '../../src/services/index.ts';
import { ScriptedUpstream } from '../../src/upstream/scripted-upstream.ts';

describe.skipIf(await isMissing('chromium'))('a headless Chromium', () => {
  it('shows a page in the asked size and color scheme', async () => {
    await using server = await ScriptedUpstream.start({
      script: () => ({
        kind: 'respond',
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<title>shown</title>',
      }),
    });
    const viewport = { width: 390, height: 800 };
    await using browser = await HeadlessChromium.start({ viewport, colorScheme: 'dark' });
    const page = await browser.newPage();
    await page.goto(server.origin);
    expect(await page.title()).toBe('shown');
    const seen = await page.evaluate(
      '[innerWidth, matchMedia("(prefers-color-scheme: dark)").matches]',
    );
    expect(seen).toEqual([390, true]);
  });
});
