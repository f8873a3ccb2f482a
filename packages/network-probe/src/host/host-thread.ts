import { Worker } from 'node:worker_threads';

import type { HostReply, HostRequest, HostWorkerOptions } from './host-messages.ts';

/** Questions that may wait for their answer; past it one is refused at once. */
const WAITING_MAX = 64;

/** Who answers: the thread, or a test. */
export interface HostAnswerer {
  /** Resolves with the answer; `failed` where nobody can answer. */
  ask(request: HostRequest): Promise<HostReply>;
  end(): Promise<void>;
}

/** The host's thread, seen from the main one. It keeps no process alive. */
export class HostThread implements HostAnswerer {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<HostReply>[] = [];
  #death: HostReply | undefined;

  constructor(options: HostWorkerOptions) {
    this.#worker = new Worker(new URL('./host-worker.ts', import.meta.url), {
      workerData: options,
      name: 'host',
      // It holds one sample and one page of history at a time.
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: HostReply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on('error', (error) => this.#die(String(error)));
    this.#worker.on('exit', () => this.#die('the thread of the host has ended'));
  }

  async ask(request: HostRequest): Promise<HostReply> {
    if (this.#death !== undefined) return this.#death;
    if (this.#waiting.length >= WAITING_MAX) {
      return { kind: 'failed', reason: `${WAITING_MAX} questions wait for their answer already` };
    }
    const waiting = Promise.withResolvers<HostReply>();
    this.#waiting.push(waiting);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request);
    return waiting.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#die('the thread of the host was ended');
  }

  #die(reason: string): void {
    this.#death ??= { kind: 'failed', reason };
    for (const waiting of this.#waiting.splice(0)) waiting.resolve(this.#death);
  }
}
