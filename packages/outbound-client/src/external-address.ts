import { isIP } from 'node:net';

import type { Log, TimerHandle, Timers } from '@netscope/domain';

/** As `network.md` says: at the start and every ten minutes. */
const ASK_EVERY_MS = 600_000;
/** An address is a line; who takes longer than this for one is not waited for. */
const ASK_WITHIN_MS = 5000;
/** The longest IPv6 address has 45 characters; room for white space around it. */
export const ANSWER_BYTES_MAX: number = 128;

export interface ExternalAddressParts {
  readonly url: string;
  /** Gets the text at the URL. */
  readonly ask: (url: string, signal: AbortSignal) => Promise<string>;
  readonly timers: Timers;
  readonly log: Log;
}

/**
 * The address that the outside sees, as somebody out there tells it. Nothing waits for an answer;
 * where there is none, the last one stays, and that is logged once.
 */
export class ExternalAddress {
  readonly #parts: ExternalAddressParts;
  readonly #listeners: ((address: string) => void)[] = [];
  readonly #ending = new AbortController();
  #next: TimerHandle | undefined;
  #address: string | undefined;
  #isFailing = false;

  constructor(parts: ExternalAddressParts) {
    this.#parts = parts;
  }

  /** Hears of every address that differs from the one before. */
  onChange(listener: (address: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Asks now, and again until `close`. */
  start(): void {
    void this.#askAndGoOn();
  }

  close(): void {
    this.#ending.abort();
    if (this.#next !== undefined) this.#parts.timers.clear(this.#next);
  }

  async #askAndGoOn(): Promise<void> {
    try {
      this.#learn(await this.#ask());
    } catch (error) {
      this.#tellFailure(error);
    }
    if (this.#ending.signal.aborted) return;
    this.#next = this.#parts.timers.background(() => void this.#askAndGoOn(), ASK_EVERY_MS);
  }

  async #ask(): Promise<string> {
    const { ask, url, timers } = this.#parts;
    const late = new AbortController();
    const timer = timers.background(
      () => late.abort(new Error(`it did not answer within ${ASK_WITHIN_MS} ms`)),
      ASK_WITHIN_MS,
    );
    try {
      return addressIn(await ask(url, AbortSignal.any([late.signal, this.#ending.signal])));
    } catch (error) {
      // The client says of its signal only that it was aborted.
      throw late.signal.aborted ? late.signal.reason : error;
    } finally {
      timers.clear(timer);
    }
  }

  #learn(address: string): void {
    if (this.#ending.signal.aborted) return;
    this.#isFailing = false;
    if (address === this.#address) return;
    this.#address = address;
    const { log, url } = this.#parts;
    const place = new URL(url).host;
    log.info('probe.external_ip', 'the address that the outside sees', { address, host: place });
    for (const listener of this.#listeners) listener(address);
  }

  #tellFailure(error: unknown): void {
    if (this.#isFailing || this.#ending.signal.aborted) return;
    this.#isFailing = true;
    const { log, url } = this.#parts;
    const rest = this.#address === undefined ? 'external_ip is absent' : 'the last one is kept';
    log.warn('probe.external_ip_unknown', `external_ip_url gave no address: ${rest}`, {
      host: new URL(url).host,
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

function addressIn(text: string): string {
  const address = text.trim();
  // A zone means something on one machine only.
  if (isIP(address) !== 0 && !address.includes('%')) return address;
  throw new Error('it did not answer with an IP address alone');
}
