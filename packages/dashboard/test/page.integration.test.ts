import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { source } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { openPage, setStage } from './open-page.ts';
import { ScriptedApi } from './scripted-api.ts';
import { ScriptedWorld } from './scripted-world.ts';

const OPEN_REASON = '22 of 96 attempts failed in 10 s: 17 answered 503, 5 timed out in read';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe.skipIf(await isMissing('chromium'))('the page', () => {
  const stage = setStage();

  test('is empty and says so before the first call', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.getByText('No calls yet.').waitFor();
    await tab.page.getByText('Nothing since this page was opened.').waitFor();
    await tab.page.getByText('No call of this window has a verdict.').waitFor();
    expect(tab.complaints).toEqual([]);
  });

  test('shows a call within two seconds of its event, and counts it', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const requestId = api.makeCall('ledger');
    await tab.page.locator(`[data-request-id="${requestId}"]`).waitFor({ timeout: 2_000 });
    await tab.page.locator('#figure-rate', { hasText: '1 since the start' }).waitFor();
    api.makeCall('ledger');
    await tab.page.locator('#figure-rate', { hasText: '2 since the start' }).waitFor();
    expect(await tab.page.locator('.call').count()).toBe(2);
    expect(tab.complaints).toEqual([]);
  });

  test('shows calls that ended before it was opened', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    const call = api.world.makeCall('ledger', Date.now() - 60_000);
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.locator('.call').waitFor();
    expect(await tab.page.locator('.call').getAttribute('data-request-id')).toBe(call.request_id);
  });

  test('draws the live rate as it moves', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const line = tab.page.locator('#charts .line-calls .chart-line').first();
    const timer = setInterval(() => api.makeCall(), 50);
    try {
      const path = async (): Promise<string> => (await line.getAttribute('d')) ?? '';
      const early = await waitUntil(async () => (await path()) || undefined, { what: 'a line' });
      await waitUntil(async () => (await path()) !== early, { what: 'a change' });
      expect(await path()).toMatch(/^M[\d.]+ [\d.]+L/);
    } finally {
      clearInterval(timer);
    }
  });

  test('draws every phase of a call, as wide as its share of the time', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const call = api.world.call(api.makeCall('partner-billing'));
    const phases = Object.entries(call?.network.attempts.at(-1)?.phases_ms ?? {}).map(
      ([name, ms = 0]) => ({ name, ms }),
    );
    const total = phases.reduce((sum, { ms }) => sum + ms, 0);
    const bar = tab.page.locator(`[data-request-id="${call?.request_id}"] .phase-bar`);
    await bar.waitFor();
    expect(await bar.locator('rect').count()).toBe(phases.length);
    for (const { name, ms } of phases) {
      const width = Number(await bar.locator(`.phase-${name}`).getAttribute('width'));
      expect(width / 1000).toBeCloseTo(ms / total, 6);
    }
  });

  test('opens a call to its attempts, and holds the list meanwhile', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const requestId = api.makeCall('flaky-partner');
    const row = tab.page.locator(`[data-request-id="${requestId}"]`);
    await row.locator('.call-line').click();
    const trace = api.world.call(requestId)?.trace_id ?? '';
    await row.getByText(trace).waitFor();
    const attempts = api.world.call(requestId)?.network.attempts.length;
    expect(await row.locator('.attempts > li').count()).toBe(attempts);
    await tab.page.mouse.move(0, 0);
    const later = api.makeCall('ledger');
    await tab.page.getByText('1 newer call').waitFor();
    expect(await tab.page.locator(`[data-request-id="${later}"]`).count()).toBe(0);
    await row.locator('.call-line').press('Enter');
    await tab.page.locator(`[data-request-id="${later}"]`).waitFor();
    expect(tab.complaints).toEqual([]);
  });

  test('shows a circuit that opens, why, and when its next probe goes', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const upstream = tab.page.locator('[data-upstream="flaky-partner"]');
    await upstream.getByText('closed').waitFor();
    api.changeCircuit('flaky-partner', 'open', OPEN_REASON);
    await upstream.getByText('open', { exact: true }).waitFor({ timeout: 2_000 });
    await upstream.getByText(OPEN_REASON).waitFor();
    await upstream.getByText(/next probe in \d\ss/).waitFor();
    await tab.page.locator('#feed', { hasText: 'flaky-partner: circuit open' }).waitFor();
    expect(await tab.page.title()).toBe('1 open · NetScope');
    api.changeCircuit('flaky-partner', 'closed', 'the probe was answered');
    await upstream.getByText('closed').waitFor({ timeout: 2_000 });
  });

  test('says that the connection is lost, and resumes when the server is back', async () => {
    const first = await ScriptedApi.start(stage.dir);
    const { port, world } = first;
    await using tab = await openPage(stage.browser, first.url);
    first.makeCall();
    await tab.page.locator('.call').waitFor();
    await first[Symbol.asyncDispose]();
    const banner = tab.page.locator('#connection-banner');
    await banner.getByText('Connection lost').waitFor({ timeout: 2_000 });
    expect(await tab.page.locator('#figures').getAttribute('class')).toContain('is-stale');
    expect(await tab.page.getByRole('status').textContent()).toContain('Connection lost');
    expect(await violationsOn(tab.page)).toEqual([]);
    await using second = await ScriptedApi.start(stage.dir, { port, world });
    await banner.waitFor({ state: 'detached', timeout: 15_000 });
    expect(second.resumedSince.at(-1)).toEqual(expect.stringMatching(/^\d{4}-/));
    const requestId = second.makeCall();
    await tab.page.locator(`[data-request-id="${requestId}"]`).waitFor();
    await tab.page.locator('#figures:not(.is-stale)').waitFor();
  });

  test('tells of a restart and of events it missed', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    api.dropNotice(1_234);
    await tab.page.locator('#feed', { hasText: '1,234 live events not shown' }).waitFor();
    api.startAnew();
    await tab.page.locator('#feed', { hasText: 'NetScope was restarted' }).waitFor();
    expect(await tab.page.locator('#feed li').count()).toBe(2);
  });

  test('tells of a restart that it did not see, once', async () => {
    const first = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, first.url);
    await tab.page.locator('.version').waitFor();
    await first[Symbol.asyncDispose]();
    await tab.page.locator('#connection-banner').waitFor();
    const world = new ScriptedWorld(Date.now());
    await using second = await ScriptedApi.start(stage.dir, { port: first.port, world });
    await tab.page.locator('#connection-banner').waitFor({ state: 'detached', timeout: 15_000 });
    await tab.page.locator('#feed', { hasText: 'NetScope was restarted' }).waitFor();
    second.heartbeat();
    second.changeCircuit('ledger', 'open', OPEN_REASON);
    await tab.page.locator('#feed', { hasText: 'ledger: circuit open' }).waitFor();
    expect(await tab.page.locator('#feed li').count()).toBe(2);
  });

  test('says which numbers are old when the API refuses, and goes on', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.locator('#audit', { hasText: 'Ceph RGW' }).waitFor();
    const refusal = { status: 503, code: 'DEPENDENCY_UNAVAILABLE', message: 'not just now' };
    api.refusals.set('/v1/audit/status', refusal);
    api.refusals.set('/v1/resilience/state', {
      status: 429,
      code: 'RATE_LIMITED',
      message: 'slow',
    });
    await tab.page.locator('#audit.is-stale', { hasText: 'not just now' }).waitFor();
    await tab.page.locator('#upstreams.is-stale', { hasText: '429 RATE_LIMITED' }).waitFor();
    expect(await tab.page.locator('#records').getAttribute('class')).not.toContain('is-stale');
    api.refusals.clear();
    await tab.page.locator('#audit:not(.is-stale)').waitFor();
  });

  test('shows a dependency that is degraded although the page is served', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    api.world.readiness = {
      ready: true,
      phase: 'running',
      state: 'degraded',
      dependencies: { audit_store: { state: 'degraded', reason: 'RGW refuses connections' } },
    };
    await tab.page.getByText('Ready, degraded').waitFor();
    await tab.page.locator('#health', { hasText: 'RGW refuses connections' }).waitFor();
    expect(tab.complaints).toEqual([]);
  });

  test('reads the report out of the 503 while it is not ready', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    api.world.readiness = {
      ready: false,
      phase: 'starting',
      state: 'down',
      dependencies: { source: { state: 'down', reason: 'no partition is assigned yet' } },
    };
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.getByText('starting').waitFor();
    const health = tab.page.locator('#health:not(.is-stale)');
    await health.waitFor();
    expect(await health.textContent()).toContain('no partition is assigned yet');
  });

  test.each([1280, 390])('fits %d px without scrolling sideways', async (width) => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.setViewportSize({ width, height: 844 });
    for (let count = 0; count < 30; count += 1) api.makeCall();
    api.changeCircuit('flaky-partner', 'open', `${OPEN_REASON} ${'x'.repeat(120)}`);
    await tab.page.locator('.call').nth(20).waitFor();
    await tab.page.locator('.call-line').first().click();
    await tab.page.locator('.attempts').waitFor();
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await tab.page.setViewportSize({ width: 1280, height: 800 });
  });

  test.each(['light', 'dark'] as const)('has names and contrast in %s', async (colorScheme) => {
    await using api = await ScriptedApi.start(stage.dir);
    for (let count = 0; count < 40; count += 1) api.world.makeCall();
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.emulateMedia({ colorScheme });
    api.changeCircuit('flaky-partner', 'open', OPEN_REASON);
    await tab.page.locator('#feed li').waitFor();
    await tab.page.locator('.call-line').first().click();
    await tab.page.locator('.attempts').waitFor();
    expect(await violationsOn(tab.page)).toEqual([]);
    const background = 'getComputedStyle(document.documentElement).backgroundColor';
    expect(await tab.page.evaluate(background)).toBe(
      colorScheme === 'light' ? 'rgb(244, 246, 248)' : 'rgb(13, 17, 23)',
    );
  });

  test('keeps the colours and the window that were chosen', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    await tab.page.getByRole('button', { name: 'Colours: auto' }).click();
    await tab.page.getByRole('button', { name: 'Colours: light' }).click();
    await tab.page.getByRole('button', { name: '15 min' }).click();
    await tab.page.reload();
    await tab.page.getByRole('button', { name: 'Colours: dark' }).waitFor();
    const scheme = 'getComputedStyle(document.documentElement).colorScheme';
    expect(await tab.page.evaluate(scheme)).toBe('dark');
    const chosen = tab.page.getByRole('button', { name: '15 min' });
    expect(await chosen.getAttribute('aria-pressed')).toBe('true');
  });

  test('spends under half a core on a thousand events a second', async () => {
    await using api = await ScriptedApi.start(stage.dir);
    await using tab = await openPage(stage.browser, api.url);
    const devtools = await tab.page.context().newCDPSession(tab.page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busySeconds = async (): Promise<number> => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    };
    const before = await busySeconds();
    const startedAt = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      for (; sent < performance.now() - startedAt; sent += 1) api.makeCall();
    }, 25);
    await waitUntil(() => sent >= 4_000, { what: 'four thousand events' });
    clearInterval(timer);
    const seconds = (performance.now() - startedAt) / 1000;
    const share = ((await busySeconds()) - before) / seconds;
    expect(share).toBeLessThan(0.5);
    expect(await tab.page.locator('.call').count()).toBe(25);
    expect(tab.complaints).toEqual([]);
  });
});

/** What axe finds wrong: the rule and the first place. */
async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(source);
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
      .then((report) => report.violations)`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
