import { isoTimestamp } from '@netscope/domain';

import type { StoredObject } from '../../reader/trail-store.ts';
import { LINES_BYTES_MAX } from '../../reader/unpack-lines.ts';
import { CHAIN_START } from '../../spool/segment.ts';
import { joinFlaw } from './check-lines.ts';
import { flawedSegment, type SegmentVerdict } from './check-segment.ts';
import type { ChainPosition } from './digest-chain.ts';
import type { EpochEnds } from './epoch-ends.ts';
import type { Finding } from './finding.ts';
import type { HeldEvents } from './inventory.ts';
import { ahead } from './read-ahead.ts';
import type { SegmentChecks } from './segment-checks.ts';

export interface TailOptions {
  readonly node: string;
  /** What came before the first object may be out of range. */
  readonly isPartial: boolean;
  /** What its digests say of each epoch; of all of them where `readsAll`. */
  readonly ends: EpochEnds;
  readonly readsAll: boolean;
  readonly read: (held: HeldEvents) => Promise<StoredObject | undefined>;
  readonly checks: SegmentChecks;
  readonly onFinding: (finding: Finding) => void;
}

/** Makes all digests be read, which then tell. */
const UNREAD = 'no digest of its epoch was read';

/** The objects of a node that no digest lists: each must join the one before it. */
export class UnsignedTail {
  readonly #options: TailOptions;
  /** Epochs that no digest is of. */
  readonly #orphans = new Set<string>();
  #at: ChainPosition | undefined;
  #events = 0;

  constructor(start: { readonly position: ChainPosition | undefined }, options: TailOptions) {
    this.#options = options;
    this.#at = start.position;
  }

  /** Events that are as they must be, as far as they were checked. */
  get events(): number {
    return this.#events;
  }

  /** What is to be said of them, where there are some. */
  get note(): string | undefined {
    if (this.#events === 0) return undefined;
    const message = `${this.#events} events are newer than its last digest: chained, and not signed yet`;
    if (this.#orphans.size === 0) return message;
    // A start ships segments that an outage held back before the digests of their time.
    return `${message}; no digest of epoch ${[...this.#orphans].join(', ')} is there: it follows where an outage held both back, and else nobody vouches for them`;
  }

  /** Checks them all. */
  async check(objects: readonly HeldEvents[]): Promise<void> {
    const inOrder = objects.toSorted(byPlace).filter((held) => this.#canFollow(held));
    const check = async (held: HeldEvents): Promise<SegmentVerdict> => this.#check(held);
    for await (const { item, result } of ahead(inOrder, check, this.#options.checks.atOnceMax)) {
      this.#take(item, result);
    }
  }

  /** Whether its node could have sent it behind the digests that are there. */
  #canFollow(held: HeldEvents): boolean {
    if (!this.#isNewer(held)) return false;
    const { ends, readsAll } = this.#options;
    const flaw = readsAll || ends.has(held.place.epoch) ? ends.flawOf(held.place) : UNREAD;
    if (flaw === undefined) return true;
    this.#find('extra', held, `no digest lists it, and ${flaw}`);
    return false;
  }

  #isNewer(held: HeldEvents): boolean {
    if (this.#at === undefined || isBehind(held.place, this.#at)) return true;
    this.#find('extra', held, 'no digest lists it, and it is not newer than what they list');
    return false;
  }

  async #check(held: HeldEvents): Promise<SegmentVerdict> {
    const { bytes = 0 } = held.version;
    if (bytes > LINES_BYTES_MAX) {
      return flawedSegment(`it has ${bytes} bytes, which no segment has`);
    }
    const object = await this.#options.read(held);
    if (object === undefined) return flawedSegment('it went away');
    const { body } = object;
    const { node, checks } = this.#options;
    const hour = isoTimestamp(held.place.hourStartMs).slice(0, 'YYYY-MM-DDTHH'.length);
    return checks.check({ kind: 'unlisted', body, node, key: held.place, hour });
  }

  #take(held: HeldEvents, { flaw, events, prev, head, damage }: SegmentVerdict): void {
    if (!this.#isNewer(held)) return;
    for (const message of damage) this.#find('lost', held, message);
    const due = this.#checkNumber(held) ? this.#prevDue() : undefined;
    const { epoch, firstSeq, lastSeq: seq } = held.place;
    this.#at = { epoch, seq, head };
    const isJoined = due === undefined || due === prev;
    const found = flaw ?? (isJoined ? undefined : joinFlaw(firstSeq, prev));
    if (found !== undefined) return this.#find('changed', held, found);
    this.#events += events;
    if (!this.#options.ends.has(epoch)) this.#orphans.add(epoch);
  }

  /** Hash that the next object must carry; `undefined` where what came before is out of range. */
  #prevDue(): string | undefined {
    return this.#at?.head ?? (this.#options.isPartial ? undefined : CHAIN_START);
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
