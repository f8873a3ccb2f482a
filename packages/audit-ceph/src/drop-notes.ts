import type { TimerHandle, Timers } from '@netscope/domain';

import type { DropCounter } from './drop-counter.ts';
import type { KeeperReply, KeeperRequest } from './spool/keeper.ts';

/** What `kill -9` may leave uncounted. */
const NOTE_EVERY_MS = 100;

interface NotesEdges {
  readonly keeper: { ask(request: KeeperRequest): Promise<KeeperReply> };
  readonly timers: Timers;
}

/** Keeps what was dropped, and is untold, in a file beside the spool: the first at once, then 10 times a second. */
export class DropNotes {
  readonly #drops: DropCounter;
  readonly #edges: NotesEdges;
  #timer: TimerHandle | undefined;
  #isStale = false;

  constructor(drops: DropCounter, edges: NotesEdges) {
    this.#drops = drops;
    this.#edges = edges;
  }

  /** From now on. */
  start(): void {
    this.#drops.onNews = (isTold) => {
      this.#isStale = true;
      // Told again by the next life it would be counted twice.
      if (isTold || this.#timer === undefined) this.#write();
    };
  }

  #write(): void {
    const { keeper, timers } = this.#edges;
    this.#isStale = false;
    // What the disk does not take is followed by the next.
    void keeper.ask({ kind: 'note_drops', text: this.#drops.note });
    this.#timer ??= timers.background(() => {
      this.#timer = undefined;
      if (this.#isStale) this.#write();
    }, NOTE_EVERY_MS);
  }
}
