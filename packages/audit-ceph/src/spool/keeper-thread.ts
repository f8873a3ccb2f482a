import { Worker } from 'node:worker_threads';

import type { KeeperOptions, KeeperReply, KeeperRequest } from './keeper.ts';

/** The keeper in its thread, seen from the main thread. */
export class KeeperThread {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<KeeperReply>[] = [];
  #death: KeeperReply | undefined;

  /** `onDeath` is told once, with the reason, when the thread ends by a defect. */
  constructor(options: KeeperOptions, onDeath: (reason: string) => void) {
    this.#worker = new Worker(new URL('./keeper-worker.ts', import.meta.url), {
      workerData: options,
      name: 'audit-keeper',
    });
    this.#worker.on('message', (reply: KeeperReply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on('error', (error) => {
      this.#die(String(error));
      onDeath(String(error));
    });
  }

  /** Resolves with the answer; a dead thread answers `failed`. */
  async ask(request: KeeperRequest): Promise<KeeperReply> {
    if (this.#death !== undefined) return this.#death;
    const waiting = Promise.withResolvers<KeeperReply>();
    this.#waiting.push(waiting);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request);
    return waiting.promise;
  }

  /** Resolves when everything asked so far is answered. */
  async whenIdle(): Promise<void> {
    await Promise.all(this.#waiting.map(async ({ promise }) => promise));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#die('the thread was ended');
  }

  #die(message: string): void {
    this.#death = { kind: 'failed', code: 'THREAD_ENDED', message };
    for (const waiting of this.#waiting.splice(0)) waiting.resolve(this.#death);
  }
}
