import type { StoredObject } from '../../reader/trail-store.ts';
import { type Lines, LINES_BYTES_MAX } from '../../reader/unpack-lines.ts';
import { tallyUnlisted, unlistedLines } from './check-segment.ts';
import type { ChainPosition } from './digest-chain.ts';
import type { Finding } from './finding.ts';
import type { HeldEvents } from './inventory.ts';

export interface TailOptions {
  readonly node: string;
  /** What came before the first object may be out of range. */
  readonly isPartial: boolean;
  readonly read: (held: HeldEvents) => Promise<StoredObject | undefined>;
  readonly onFinding: (finding: Finding) => void;
}

/** The objects of a node that no digest lists: each must join the one before it. */
export class UnsignedTail {
  readonly #options: TailOptions;
  #at: ChainPosition | undefined;
  #events = 0;

  constructor(start: { readonly position: ChainPosition | undefined }, options: TailOptions) {
    this.#options = options;
    this.#at = start.position;
  }

  /** Checks them all; how many events they hold. */
  async check(objects: readonly HeldEvents[]): Promise<number> {
    for (const held of objects.toSorted(byPlace)) {
      if (this.#at !== undefined && !isBehind(held.place, this.#at)) {
        this.#find('extra', held, 'no digest lists it, and it is not newer than what they list');
        continue;
      }
      // oxlint-disable-next-line no-await-in-loop -- each joins the one before
      await this.#take(held);
    }
    return this.#events;
  }

  async #take(held: HeldEvents): Promise<void> {
    const isJoined = this.#checkNumber(held);
    const found = await this.#lines(held);
    const { epoch, lastSeq: seq } = held.place;
    if ('flaw' in found) {
      this.#find('changed', held, found.flaw);
      this.#at = { epoch, seq, head: '' };
      return;
    }
    const prev = isJoined ? this.#at?.head : undefined;
    const place = { node: this.#options.node, key: held.place, prev };
    const tally = tallyUnlisted(found.lines, place);
    if (tally.flaw !== undefined) this.#find('changed', held, tally.flaw);
    this.#at = { epoch, seq, head: tally.head };
    this.#events += tally.events;
  }

  async #lines(held: HeldEvents): Promise<Lines> {
    const { bytes = 0 } = held.version;
    if (bytes > LINES_BYTES_MAX) return { flaw: `it has ${bytes} bytes, which no segment has` };
    const object = await this.#options.read(held);
    return object === undefined ? { flaw: 'it went away' } : unlistedLines(object.body);
  }

  #checkNumber(held: HeldEvents): boolean {
    const { epoch, firstSeq } = held.place;
    const at = this.#at;
    const expected = at?.epoch === epoch ? at.seq + 1 : 1;
    if (firstSeq === expected) return true;
    if (at !== undefined || !this.#options.isPartial) {
      this.#find('missing', held, `it begins with ${firstSeq} where ${expected} is due`);
    }
    return false;
  }

  #find(kind: Finding['kind'], { version }: HeldEvents, message: string): void {
    this.#options.onFinding({ kind, place: version.key, message });
  }
}

function isBehind(place: HeldEvents['place'], at: ChainPosition): boolean {
  return place.epoch === at.epoch ? place.firstSeq > at.seq : place.epoch > at.epoch;
}

function byPlace({ place: a }: HeldEvents, { place: b }: HeldEvents): number {
  if (a.epoch === b.epoch) return a.firstSeq - b.firstSeq;
  return a.epoch < b.epoch ? -1 : 1;
}
