import { Worker } from 'node:worker_threads';

import { ABANDON, type SharedRing } from '../ring/shared-ring.ts';
import type { WriterMessage, WriterOptions } from './writer-messages.ts';

export interface WriterThreadOptions {
  readonly ring: SharedRing;
  readonly options: WriterOptions;
  readonly onMessage: (message: WriterMessage) => void;
  /** Told when the thread ends by a defect. */
  readonly onDeath: (reason: string) => void;
}

/** The thread that writes the spool, seen from the main thread. */
export class WriterThread {
  readonly #worker: Worker;
  readonly #control: Int32Array;

  constructor({ ring, options, onMessage, onDeath }: WriterThreadOptions) {
    this.#control = new Int32Array(ring.control);
    this.#worker = new Worker(new URL('./writer-worker.ts', import.meta.url), {
      workerData: { ring, options },
      name: 'audit-writer',
    });
    this.#worker.on('message', onMessage);
    this.#worker.on('error', (error) => onDeath(String(error)));
  }

  /** Makes it give up on a disk that takes nothing. */
  abandon(): void {
    Atomics.store(this.#control, ABANDON, 1);
    Atomics.notify(this.#control, ABANDON);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
