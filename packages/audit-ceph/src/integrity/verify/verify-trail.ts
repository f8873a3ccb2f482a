import type { KeyObject } from 'node:crypto';

import { isoTimestamp } from '@netscope/domain';

import { type TimeRange, touchesHour } from '../../reader/time-range.ts';
import { parseEventKey } from '../../reader/trail-keys.ts';
import type { StoredObject, TrailStore } from '../../reader/trail-store.ts';
import { flawedSegment, lengthFlaw, type SegmentVerdict } from './check-segment.ts';
import { DigestChain, type ListedSegment } from './digest-chain.ts';
import { digestsFrom, isBehind } from './digest-span.ts';
import { type Finding, isBreach } from './finding.ts';
import { type Held, type HeldEvents, Inventory } from './inventory.ts';
import { ahead } from './read-ahead.ts';
import { SegmentChecks } from './segment-checks.ts';
import { type NodeReport, provedBy, type TrailReport } from './trail-report.ts';
import { TrustedKeys } from './trusted-keys.ts';
import { UnsignedTail } from './unsigned-tail.ts';

export interface VerifyOptions {
  readonly store: TrailStore;
  readonly range: TimeRange;
  readonly keys: readonly KeyObject[];
  /** Hashes of digests that were kept elsewhere. */
  readonly heads: readonly string[];
  /** Wall clock, ms. */
  readonly nowMs: number;
  /** Told of each finding as it is made. */
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (events: number) => void;
  /** Threads that many checks share; without, a check has its own and ends them. */
  readonly checks?: SegmentChecks;
}

/**
 * Recomputes everything that a store holds of a trail: signatures, joins, objects, lines, Merkle
 * roots. Streams: memory holds the list of objects and a few segments, whatever their number. Of a
 * range only the digests around it are read, where no head is looked for.
 * @throws {StorageError} where the store cannot be read.
 */
export async function verifyTrail(
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<TrailReport> {
  if (options.checks !== undefined) return verifyWith(options.checks, options, signal);
  await using checks = new SegmentChecks();
  return await verifyWith(checks, options, signal);
}

async function verifyWith(
  checks: SegmentChecks,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<TrailReport> {
  const { range, heads, onFinding } = options;
  const isOpen = range.fromMs === undefined && range.toMs === undefined;
  if (!isOpen && heads.length === 0) {
    const notes: Finding[] = [];
    const quick = { ...options, onFinding: (note: Finding) => void notes.push(note) };
    const report = await new Verification({ ...quick, checks, skipsDigests: true }, signal).run();
    if (report.isSound) {
      for (const note of notes) onFinding(note);
      return report;
    }
    // Digests of a clock that was set stand in another order than their times: all of them tell.
  }
  return new Verification({ ...options, checks, skipsDigests: false }, signal).run();
}

interface Run extends VerifyOptions {
  readonly checks: SegmentChecks;
  /** Reads the digests around the range alone. */
  readonly skipsDigests: boolean;
}

interface Job {
  readonly listed: ListedSegment;
  readonly held: HeldEvents;
}

class Verification {
  readonly #options: Run;
  readonly #signal: AbortSignal;
  readonly #keys: TrustedKeys;
  readonly #hashes = new Set<string>();
  #locksObjects = false;
  #findings = 0;
  #breaches = 0;
  #events = 0;

  constructor(options: Run, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#keys = new TrustedKeys(options.keys);
  }

  async run(): Promise<TrailReport> {
    const { store, range } = this.#options;
    this.#locksObjects = await store.locksObjects(this.#signal);
    const edges = { onFinding: this.#find, signal: this.#signal };
    const inventory = await Inventory.take(store, range, edges);
    const names = [...inventory.events.values()].map(({ place }) => place.node);
    const nodes: NodeReport[] = [];
    for (const node of new Set([...inventory.digests.keys(), ...names].toSorted())) {
      // oxlint-disable-next-line no-await-in-loop -- one node's trail after the other bounds memory
      nodes.push(await this.#checkNode(node, inventory));
    }
    this.#checkHeads();
    const findings = this.#findings;
    return { isSound: this.#breaches === 0, nodes, findings, events: this.#events };
  }

  async #checkNode(node: string, inventory: Inventory): Promise<NodeReport> {
    const eventsBefore = this.#events;
    const held = inventory.digests.get(node) ?? [];
    const isPartial = this.#options.range.fromMs !== undefined;
    const chain = new DigestChain({ keys: this.#keys, isPartial, onFinding: this.#find });
    let segments = 0;
    const check = async (job: Job): Promise<SegmentVerdict> => this.#checkListed(job);
    const jobs = this.#jobs(chain, { node, inventory });
    for await (const { item, result } of ahead(jobs, check, this.#options.checks.atOnceMax)) {
      segments += 1;
      this.#takeListed(item, result);
    }
    for (const hash of chain.hashes) this.#hashes.add(hash);
    const listedEvents = this.#events - eventsBefore;
    const unlisted = [...inventory.events.values()].filter(({ place }) => place.node === node);
    await this.#checkUnlisted(chain, { node, unlisted });
    const isEndRead = this.#options.range.toMs === undefined || !this.#options.skipsDigests;
    if (isEndRead) this.#noteEnd(node, chain);
    return {
      node,
      digests: this.#options.skipsDigests ? chain.hashes.size : held.length,
      segments,
      events: listedEvents,
      unprovedEvents: this.#events - eventsBefore - listedEvents,
      proved: provedBy(chain),
    };
  }

  /** The segments to read, in order; what is missing is told on the way. */
  async *#jobs(
    chain: DigestChain,
    { node, inventory }: { readonly node: string; readonly inventory: Inventory },
  ): AsyncIterable<Job> {
    const { store } = this.#options;
    const held = await this.#digestsOf(inventory.digests.get(node) ?? []);
    const reads = ahead(held, async ({ version }) => store.read(version, this.#signal));
    for await (const { item, result } of reads) {
      if (result !== undefined) this.#checkLock(item.version.key, result);
      const listed =
        result === undefined ? [] : chain.take(item.version.key, Buffer.from(result.body));
      if (this.#options.skipsDigests && isBehind(listed, this.#options.range)) return;
      for (const segment of listed) {
        const object = this.#heldOf(segment, { inventory, digest: item.version.key });
        if (object !== undefined) yield { listed: segment, held: object };
      }
    }
  }

  #heldOf(
    { segment }: ListedSegment,
    { inventory, digest }: { readonly inventory: Inventory; readonly digest: string },
  ): HeldEvents | undefined {
    const { key } = segment;
    const object = inventory.events.get(key);
    inventory.events.delete(key);
    const place = parseEventKey(key);
    const isInRange = place !== undefined && touchesHour(this.#options.range, place.hourStartMs);
    if (object === undefined && isInRange) {
      this.#find({ kind: 'missing', place: key, message: `${digest} lists it` });
    }
    return object;
  }

  /** In the order in which they were signed. */
  async #digestsOf(held: readonly Held[]): Promise<readonly Held[]> {
    const { store, range } = this.#options;
    const inOrder = held.toSorted((a, b) => (a.version.key < b.version.key ? -1 : 1));
    if (!this.#options.skipsDigests) return inOrder;
    const read = async ({ version }: Held) => store.read(version, this.#signal);
    return digestsFrom(inOrder, range.fromMs, { keys: this.#keys, read });
  }

  async #checkListed({ listed, held }: Job): Promise<SegmentVerdict> {
    const { node, segment, prev } = listed;
    const { bytes } = held.version;
    // What is not as long as what was signed is not fetched: it could be of any size.
    if (bytes !== undefined && bytes !== segment.object_bytes) {
      return flawedSegment(lengthFlaw(bytes, segment));
    }
    const object = await this.#read(held);
    if (object === undefined) return flawedSegment('it went away while it was read');
    const { body } = object;
    return this.#options.checks.check({ kind: 'listed', body, node, listed: segment, prev });
  }

  #takeListed({ listed: { segment } }: Job, { flaw, damage }: SegmentVerdict): void {
    const place = segment.key;
    if (flaw !== undefined) this.#find({ kind: 'changed', place, message: flaw });
    for (const message of damage) this.#find({ kind: 'lost', place, message });
    this.#count(segment.events);
  }

  /** What no digest lists: newer than the newest it is only not proved yet, else it is too much. */
  async #checkUnlisted(
    chain: DigestChain,
    { node, unlisted }: { readonly node: string; readonly unlisted: readonly HeldEvents[] },
  ): Promise<void> {
    if (unlisted.length === 0) return;
    if (chain.last === undefined) {
      // A node signs a first digest before its first segment is sent.
      const message = `no digest of it, but ${unlisted.length} objects`;
      this.#find({ kind: 'missing', place: `node ${node}`, message });
    }
    const tail = new UnsignedTail(chain, {
      node: chain.last?.node ?? node,
      isPartial: this.#options.range.fromMs !== undefined,
      ends: chain.ends,
      readsAll: !this.#options.skipsDigests,
      read: async (held) => this.#read(held),
      checks: this.#options.checks,
      onFinding: this.#find,
    });
    await tail.check(unlisted);
    this.#count(tail.events);
    const { note } = tail;
    if (note !== undefined) this.#find({ kind: 'unproved', place: `node ${node}`, message: note });
  }

  async #read({ version }: HeldEvents): Promise<StoredObject | undefined> {
    const object = await this.#options.store.read(version, this.#signal);
    if (object !== undefined) this.#checkLock(version.key, object);
    return object;
  }

  #noteEnd(node: string, { last }: DigestChain): void {
    if (last === undefined || last.closing) return;
    const message = `epoch ${last.epoch} has no closing digest: it is running, or its rest was not shipped ("netscope audit ship" does that)`;
    this.#find({ kind: 'unshipped', place: `node ${node}`, message });
  }

  #checkHeads(): void {
    for (const head of this.#options.heads) {
      if (this.#hashes.has(head)) continue;
      const message =
        'no digest of the trail has this hash: what it signed was cut off or replaced';
      this.#find({ kind: 'cut_tail', place: `head ${head}`, message });
    }
  }

  #checkLock(key: string, { lock }: StoredObject): void {
    if (!this.#locksObjects) return;
    if (lock === undefined) {
      this.#find({
        kind: 'lock_missing',
        place: key,
        message: 'the bucket locks its objects, and this one is not locked',
      });
    } else if (lock.untilMs <= this.#options.nowMs) {
      const until = isoTimestamp(lock.untilMs);
      this.#find({
        kind: 'lock_expired',
        place: key,
        message: `its ${lock.mode} lock ended ${until}`,
      });
    }
  }

  #count(events: number): void {
    this.#events += events;
    this.#options.onProgress(this.#events);
  }

  readonly #find = (finding: Finding): void => {
    this.#findings += 1;
    if (isBreach(finding)) this.#breaches += 1;
    this.#options.onFinding(finding);
  };
}
