import type { HeadlessChromium } from '@netscope/test-support/services';
import type { Page } from 'playwright-core';

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
