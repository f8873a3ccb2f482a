import type { FoundEvent } from '@netscope/audit-ceph/reader';

import { dayOfKey } from './read-trail.ts';

/** One day's events: read them to their end before the next day is asked for. */
export interface DayOfEvents {
  readonly day: string;
  readonly events: AsyncIterable<FoundEvent>;
}

/** Events in the order of their keys, day by day, with nothing held but the one at hand. */
export class DaysOfEvents implements AsyncIterable<DayOfEvents> {
  readonly #events: AsyncIterator<FoundEvent>;
  #next: FoundEvent | undefined;

  constructor(events: AsyncIterable<FoundEvent>) {
    this.#events = events[Symbol.asyncIterator]();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<DayOfEvents> {
    try {
      await this.#advance();
      while (this.#next !== undefined) {
        const day = dayOfKey(this.#next.key);
        yield { day, events: this.#dayOf(day) };
      }
    } finally {
      await this.#events.return?.();
    }
  }

  async *#dayOf(day: string): AsyncIterable<FoundEvent> {
    while (this.#next !== undefined && dayOfKey(this.#next.key) === day) {
      yield this.#next;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await this.#advance();
    }
  }

  async #advance(): Promise<void> {
    const { done, value } = await this.#events.next();
    this.#next = done === true ? undefined : value;
  }
}
