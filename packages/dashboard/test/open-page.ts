import { HeadlessChromium } from '@netscope/test-support/services';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

import { ensureDashboardBuilt } from '../src/index.ts';

/** The built page and a browser, there while the tests of the surrounding `describe` run. */
export interface Stage {
  dir: string;
  browser: HeadlessChromium;
}

export function setStage(): Stage {
  const stage: Partial<Stage> = {};
  beforeAll(async () => {
    const { dir } = await ensureDashboardBuilt();
    Object.assign(stage, { dir, browser: await HeadlessChromium.start() });
  });
  afterAll(async () => {
    await stage.browser?.[Symbol.asyncDispose]();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whole before any test runs
  return stage as Stage;
}

/** A tab on the page, with everything it complained about. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens the page and waits until it is live. */
export async function openPage(browser: HeadlessChromium, url: string): Promise<OpenPage> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'info') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  await page.getByText('Live', { exact: true }).waitFor();
  return {
    page,
    complaints,
    [Symbol.asyncDispose]: async () => {
      await page.close();
    },
  };
}
