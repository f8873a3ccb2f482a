import { Worker } from 'node:worker_threads';

import type { SegmentJob, SegmentVerdict } from './check-segment.ts';

/** A thread that checks segments, one after the other, in the order in which they are given. */
export class CheckThread {
  readonly #worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
    name: 'audit-verify',
  });
  readonly #waiting: PromiseWithResolvers<SegmentVerdict>[] = [];
  #death: Error | undefined;

  constructor() {
    this.#worker.on('message', (verdict: SegmentVerdict) =>
      this.#waiting.shift()?.resolve(verdict),
    );
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die('it ended'));
  }

  /** Segments that it has not answered yet. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Takes the body away where nobody else holds its memory. @throws where the thread died. */
  async check(job: SegmentJob): Promise<SegmentVerdict> {
    if (this.#death !== undefined) throw this.#death;
    const waiting = Promise.withResolvers<SegmentVerdict>();
    this.#waiting.push(waiting);
    const { buffer, byteLength } = job.body;
    const isItsOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    this.#worker.postMessage(job, isItsOwn ? [buffer] : []);
    return waiting.promise;
  }

  /** Ends the thread; what it has not answered fails. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #die(cause: unknown): void {
    this.#death ??= new Error(`a thread of the check died: ${String(cause)}`, { cause });
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#death);
  }
}
