/** Frames of events that were published together. */
export interface Batch {
  readonly frames: Buffer;
  readonly events: number;
  /** Number of its first event in the log. */
  readonly firstEvent: number;
}

/** Where a reader of the log stands. */
export interface Place {
  /** Number of the next batch. */
  batch: number;
  /** Number of the next event. */
  event: number;
}

export interface BatchLogBounds {
  readonly events: number;
  readonly bytes: number;
}

/**
 * What the clients with one filter have still to be sent, once for all of them. Bounded in events
 * and bytes, the oldest dropped first; a reader that was overtaken learns how many events it lost.
 */
export class BatchLog {
  readonly #bounds: BatchLogBounds;
  #batches: Batch[] = [];
  #firstBatch = 0;
  #nextEvent = 0;
  #bytes = 0;

  constructor(bounds: BatchLogBounds) {
    this.#bounds = bounds;
  }

  /** Where a reader begins that wants only what comes. */
  end(): Place {
    return { batch: this.#firstBatch + this.#batches.length, event: this.#nextEvent };
  }

  append(frames: Buffer, events: number): void {
    this.#batches.push({ frames, events, firstEvent: this.#nextEvent });
    this.#nextEvent += events;
    this.#bytes += frames.length;
    this.#dropOldest();
  }

  /** Moves a reader that was overtaken to the oldest batch; how many events it lost, mostly 0. */
  catchUp(place: Place): number {
    if (place.batch >= this.#firstBatch) return 0;
    const oldest = this.#batches[0]?.firstEvent ?? this.#nextEvent;
    const lost = oldest - place.event;
    place.batch = this.#firstBatch;
    place.event = oldest;
    return lost;
  }

  /** The next batch for a reader, and moves it on; undefined where it has all. */
  take(place: Place): Batch | undefined {
    const batch = this.#batches[place.batch - this.#firstBatch];
    if (batch === undefined) return undefined;
    place.batch += 1;
    place.event += batch.events;
    return batch;
  }

  #dropOldest(): void {
    let dropped = 0;
    let oldest = this.#batches[0];
    // The newest stays, however large it is: a reader that keeps up must get it.
    while (oldest !== undefined && dropped < this.#batches.length - 1 && this.#isOver(oldest)) {
      this.#bytes -= oldest.frames.length;
      dropped += 1;
      oldest = this.#batches[dropped];
    }
    if (dropped === 0) return;
    this.#batches = this.#batches.slice(dropped);
    this.#firstBatch += dropped;
  }

  #isOver(oldest: Batch): boolean {
    return (
      this.#nextEvent - oldest.firstEvent > this.#bounds.events || this.#bytes > this.#bounds.bytes
    );
  }
}
