import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { source } from 'axe-core';
import { describe, expect, test } from 'vitest';

import { openPage, setStage } from './open-page.ts';
import { ScriptedApi } from './scripted-api.ts';

describe.skipIf(await isMissing('chromium'))('the host on the page', () => {
  const stage = setStage();

  test('is told value by value, with lines from before the page was opened', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const host = tab.page.locator('#host');
    await host.getByText('0.40, 0.60, 0.50').waitFor();
    await host.getByText('2 cores, held back for 4.2 s').waitFor();
    await host.getByText('212 / 65,536').waitFor();
    await host.getByText(/12\.0\s% busy/).waitFor();
    await tab.page
      .locator('#host .line-calls .chart-line[d*="L"]')
      .first()
      .waitFor({ state: 'attached', timeout: 10_000 });
    expect(tab.complaints).toEqual([]);
  });

  test('draws what the live stream tells while the API does not answer', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const line = tab.page.locator('#host .line-calls .chart-line').nth(1);
    await line.and(tab.page.locator('[d*="L"]')).waitFor({ state: 'attached' });
    api.refusals.set('/v1/host', { status: 503, code: 'DEPENDENCY_UNAVAILABLE', message: 'no' });
    await tab.page.locator('#host.is-stale').waitFor();
    const title = tab.page.locator('#host .chart', { hasText: 'Memory of this process' });
    expect(await title.locator('.chart-y').textContent()).toBe('512\u00A0MiB');
    const timer = setInterval(() => api.hostLook({ 'process.rss_bytes': 3 * 1024 ** 3 }), 500);
    try {
      // The history ends at some 330 MiB: the scale grows by the stream alone.
      const isGrown = waitUntil(async () => (await title.textContent())?.includes('GiB'), {
        what: 'the scale to grow',
      });
      expect(await isGrown).toBe(true);
    } finally {
      clearInterval(timer);
    }
  });

  test('says what is not available here', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    api.host.isNative = false;
    await using tab = await openPage(stage.browser, api.url);
    const host = tab.page.locator('#host');
    await host.getByText('the native probe is not built').waitFor();
    expect(await host.getByText('not available here').count()).toBeGreaterThan(5);
    await tab.page.locator('#connections', { hasText: 'Not available here' }).waitFor();
    expect(tab.complaints).toEqual([]);
  });

  test('names connections by whom they are with', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const table = tab.page.locator('#connections');
    await table.getByText('2 Kafka, 1 audit store, 30 upstream, 2 API').waitFor();
    await table.getByText('and 11 more').waitFor();
    expect(await table.locator('tbody tr').count()).toBe(24);
    expect(await table.locator('tr[data-role="kafka"]').count()).toBe(2);
  });

  test('tells no bytes of a socket that listens: its queues hold connections', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const row = tab.page.locator('#connections tbody tr', { hasText: 'listens on' });
    await row.waitFor();
    const cells = await row.locator('td').allTextContents();
    expect(cells.slice(-2)).toEqual(['–', '–']);
  });

  test.each([1280, 390])('fits %d px, light and dark, with names and contrast', async (width) => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.setViewportSize({ width, height: 844 });
    await tab.page.locator('#connections tbody tr').first().waitFor();
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await tab.page.evaluate(source);
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.page.emulateMedia({ colorScheme });
      const found = await tab.page.evaluate<readonly { readonly id: string }[]>(
        `axe.run('#host, #connections', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] })
          .then((report) => report.violations)`,
      );
      expect(found.map(({ id }) => id)).toEqual([]);
    }
    await tab.page.setViewportSize({ width: 1280, height: 800 });
  });
});
