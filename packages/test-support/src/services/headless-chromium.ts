import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium, type BrowserContext, type Page } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface ChromiumOptions {
  /** CSS pixels. Default: 1280 by 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Default: light. */
  readonly colorScheme?: 'light' | 'dark';
}

/** Debian's Chromium without a window, with a fresh profile that is removed at the end. */
export class HeadlessChromium implements AsyncDisposable {
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, profile: string) {
    this.#context = context;
    this.#profile = profile;
  }

  /** @throws {Error} where it is not installed: ask `isMissing('chromium')` first. */
  static async start(options: ChromiumOptions = {}): Promise<HeadlessChromium> {
    const profile = await mkdtemp(path.join(tmpdir(), 'netscope-chromium-'));
    try {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: PROGRAM,
        args: FLAGS,
        viewport: options.viewport ?? { width: 1280, height: 800 },
        colorScheme: options.colorScheme ?? 'light',
      });
      return new HeadlessChromium(context, profile);
    } catch (error) {
      await rm(profile, { recursive: true, force: true });
      throw error;
    }
  }

  /** A new tab. */
  async newPage(): Promise<Page> {
    return this.#context.newPage();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
