import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HeadlessChromium, isMissing } from '@netscope/test-support/services';
import { afterAll, describe, expect, test } from 'vitest';

import { reportHtml } from '../../../src/commands/report/report-html.ts';
import { EVIL, sampleReport } from './sample-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'netscope-report-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(await isMissing('chromium'))('the page of a report, in a browser', () => {
  test.each([
    { colorScheme: 'light', width: 1280, ground: 'rgb(255, 255, 255)' },
    { colorScheme: 'dark', width: 1280, ground: 'rgb(18, 23, 29)' },
    { colorScheme: 'light', width: 400, ground: 'rgb(255, 255, 255)' },
  ] as const)(
    'is whole and within $width pixels, $colorScheme, whatever the trail holds',
    async ({ colorScheme, width, ground }) => {
      const file = join(folder, 'report.html');
      writeFileSync(file, reportHtml(sampleReport(EVIL), 'Incident report'));
      await using browser = await HeadlessChromium.start({
        colorScheme,
        viewport: { width, height: 800 },
      });
      const page = await browser.newPage();
      const told: string[] = [];
      page.on('console', (message) => told.push(message.text()));
      page.on('dialog', (dialog) => told.push(dialog.message()));
      page.on('request', (request) => told.push(request.url()));
      await page.goto(`file://${file}`);
      expect(told).toEqual([`file://${file}`]);
      expect(await page.locator('svg').count()).toBe(4);
      for (const drawing of await page.locator('svg').all()) {
        expect((await drawing.boundingBox())?.height).toBeGreaterThan(5);
      }
      expect(await page.locator('h2').allTextContents()).toEqual([
        'Over time',
        'Errors by cause',
        'Upstreams, the worst first',
        'Latency by who held the call up',
        'Circuits',
        'Slowest calls',
        'What else happened',
      ]);
      const body = page.locator('body');
      expect(await body.evaluate((element) => element.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(ground);
    },
  );
});
