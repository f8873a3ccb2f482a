import { isMissing } from '@netscope/test-support/services';
import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { formatMs } from '../src/page/model/format.ts';
import { openPage, setStage } from './open-page.ts';
import { ScriptedApi } from './scripted-api.ts';

describe.skipIf(await isMissing('chromium'))('one call on the page', () => {
  const stage = setStage();

  test.each([1280, 390])(
    'says at %d px who held it up, for how long, and by which path',
    async (width) => {
      await using api = await ScriptedApi.start(stage.dir);
      await using tab = await openPage(stage.browser, api.url);
      await tab.page.setViewportSize({ width, height: 844 });
      const requestId = api.makeCall('partner-billing');
      const verdict = api.world.call(requestId)?.network.verdict;
      const row = tab.page.locator(`[data-request-id="${requestId}"]`);
      await row.locator('.call-line').click();
      const heldUp = row.locator('.facts > div, dl > div', { hasText: 'Held up by' });
      const text = (await heldUp.first().textContent()) ?? '';
      for (const [party, ms] of [
        ['network', verdict?.network_ms],
        ['upstream', verdict?.upstream_ms],
        ['NetScope itself', verdict?.local_ms],
      ] as const) {
        expect(text).toContain(`${party} ${formatMs(ms)}`);
      }
      expect(text).toContain('straight to the upstream');
      expect(await isWithin(heldUp.first(), width)).toBe(true);
      expect(tab.complaints).toEqual([]);
    },
  );

  test('tells a path behind a proxy without a time of the network', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const call = api.world.call(api.makeCall('partner-billing'));
    if (call === undefined) throw new Error('no call');
    const { network } = call;
    network.verdict = {
      party: 'upstream_or_beyond',
      path: 'unknown',
      upstream_ms: 80,
      local_ms: 2,
    };
    const row = tab.page.locator(`[data-request-id="${call.request_id}"]`);
    await row.locator('.call-line').click();
    const detail = row.locator('.call-detail');
    await detail.getByText('by a path that is not known').waitFor();
    const text = (await detail.textContent()) ?? '';
    expect(text).toContain('upstream or beyond 80');
    expect(text).not.toContain('network ');
  });

  test('lists the phases of every attempt, each with its time', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const call = api.world.call(api.makeCall('flaky-partner'));
    const row = tab.page.locator(`[data-request-id="${call?.request_id}"]`);
    await row.locator('.call-line').click();
    await row.locator('.attempts').waitFor();
    for (const [index, attempt] of (call?.network.attempts ?? []).entries()) {
      const told = await row
        .locator('.attempts > li')
        .nth(index)
        .locator('.phase-times > div')
        .allTextContents();
      const meant = Object.entries(attempt.phases_ms).map(([name, ms]) => `${name}${formatMs(ms)}`);
      expect(told.toSorted()).toEqual(meant.toSorted());
    }
  });
});

async function isWithin(locator: Locator, width: number): Promise<boolean> {
  const box = await locator.boundingBox();
  return box !== null && box.x >= 0 && box.x + box.width <= width;
}
