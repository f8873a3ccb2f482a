import { availableParallelism } from 'node:os';

import { checkSegment, type SegmentJob, type SegmentVerdict } from './check-segment.ts';
import { CheckThread } from './check-thread.ts';

/**
 * Stored bytes that are checked on the calling thread before others start: some 100 ms of it, which
 * is what it takes to start them. A small trail is done by then.
 */
const OWN_BYTES = 4 * 1024 * 1024;

/** Bodies on their way from the store. */
const FETCHED_MAX = 4;

/** Checks segments: a few by itself, many by a thread for each core. */
export class SegmentChecks implements AsyncDisposable {
  readonly #threadsMax: number;
  readonly #threads: CheckThread[] = [];
  #ownBytesLeft: number;

  constructor(options: { readonly ownBytes?: number; readonly threads?: number } = {}) {
    this.#ownBytesLeft = options.ownBytes ?? OWN_BYTES;
    this.#threadsMax = options.threads ?? availableParallelism();
  }

  /** Segments to have under way, so that every thread has its next one at hand. */
  get atOnceMax(): number {
    return FETCHED_MAX + 2 * this.#threadsMax;
  }

  /** Resolves with what the bytes came to; the body may be gone afterwards. */
  async check(job: SegmentJob): Promise<SegmentVerdict> {
    if (this.#ownBytesLeft > 0) {
      this.#ownBytesLeft -= job.body.length;
      return checkSegment(job);
    }
    return this.#idlest().check(job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map(async (thread) => thread.end()));
  }

  #idlest(): CheckThread {
    const [idlest] = this.#threads.toSorted((a, b) => a.pending - b.pending);
    if (idlest !== undefined && (idlest.pending === 0 || this.#threads.length >= this.#threadsMax))
      return idlest;
    const thread = new CheckThread();
    this.#threads.push(thread);
    return thread;
  }
}
