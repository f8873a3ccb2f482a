import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

import { waitUntil } from '../wait-until.ts';

const MAIN = path.resolve(import.meta.dirname, '../bare-upstream-main.ts');

export interface BareUpstreamOptions {
  /** Before each answer; at once by default. */
  readonly delayMs?: number;
  /** Keeps which idempotency keys came, for `counts`. */
  readonly keepsKeys?: boolean;
}

export interface BareCounts {
  readonly requests: number;
  /** Different idempotency keys. */
  readonly keys: number;
  /** Requests in the last second. */
  readonly lastSecond: number;
}

/** An upstream that costs as little as can be, in a process of its own: 200 to everything. */
export class BareUpstream implements Disposable {
  readonly #child: ChildProcess;
  origin = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(options: BareUpstreamOptions = {}): Promise<BareUpstream> {
    const { delayMs = 0, keepsKeys = false } = options;
    const args = [String(delayMs), keepsKeys ? 'keys' : ''];
    const upstream = new BareUpstream(fork(MAIN, args));
    const port = await upstream.#next();
    upstream.origin = `http://127.0.0.1:${String(port)}`;
    return upstream;
  }

  async requests(): Promise<number> {
    return Number(await this.#ask('requests'));
  }

  /** Of one that keeps keys. */
  async counts(): Promise<BareCounts> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what our own process sends
    return (await this.#ask('counts')) as BareCounts;
  }

  /** From a record's timestamp to its request, ms, one for each request that told it. */
  async agesMs(): Promise<readonly number[]> {
    const ages = await this.#ask('ages');
    return Array.isArray(ages) ? ages.map(Number) : [];
  }

  /** Between the first request and the last answer, ms. */
  async spanMs(): Promise<number> {
    return Number(await this.#ask('span'));
  }

  /** Waits for so many requests in all. */
  async served(count: number): Promise<void> {
    await waitUntil(async () => (await this.requests()) >= count, {
      what: `${count} deliveries`,
      timeoutMs: 600_000,
      everyMs: 20,
    });
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }

  #ask(question: string): Promise<unknown> {
    const answer = this.#next();
    this.#child.send(question);
    return answer;
  }

  #next(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#child.once('message', resolve);
    });
  }
}
