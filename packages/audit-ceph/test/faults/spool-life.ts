import { hash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

import { ManualClock, sampleCall, SeededRandom } from '@netscope/test-support';

import { dropNote } from '../../src/drop-note.ts';
import { type OpenedSpool, openSpool } from '../../src/open-spool.ts';
import { RingWriter } from '../../src/ring/ring-writer.ts';
import { createSharedRing, FRAME_CLOSE, FRAME_SEAL } from '../../src/ring/shared-ring.ts';
import { Intake } from '../../src/spool/intake.ts';
import { Keeper, type KeeperReply } from '../../src/spool/keeper.ts';
import type { SealedDigest, SealedSegment, SegmentFacts } from '../../src/spool/segment.ts';
import type { SpoolFiles } from '../../src/spool/spool-files.ts';
import { SpoolWriter } from '../../src/spool/spool-writer.ts';
import type { WriterMessage } from '../../src/spool/writer-messages.ts';
import { testKeyPem } from '../test-key.ts';
import { parseLines, type TrailLine } from '../trail.ts';
import { SleeplessReader } from '../writer-fixture.ts';

const IDENTITY = { node: 'netscope-0', service: 'netscope' };
const KEYS = testKeyPem();

/** A store that holds what it was given, and refuses other bytes under a key that it has. */
export class KeptObjects {
  readonly #objects = new Map<string, Buffer>();

  put(key: string, body: Uint8Array, md5: string): void {
    const bytes = Buffer.from(body);
    if (hash('md5', bytes, 'hex') !== md5) throw new Error(`${key}: BadDigest`);
    const there = this.#objects.get(key);
    if (there !== undefined && !there.equals(bytes)) throw new Error(`${key}: other bytes`);
    this.#objects.set(key, bytes);
  }

  copy(): KeptObjects {
    const copy = new KeptObjects();
    for (const [key, body] of this.#objects) copy.#objects.set(key, body);
    return copy;
  }

  /** Every line in the order of keys. */
  get lines(): readonly TrailLine[] {
    const keys = [...this.#objects.keys()].filter((key) => key.endsWith('.jsonl.zst')).toSorted();
    return keys.flatMap((key) =>
      parseLines(zstdDecompressSync(this.#objects.get(key) ?? '').toString('utf8')),
    );
  }
}

/** One life of a spool on one thread: the real recovery, writer and keeper, without their threads. */
export class SpoolLife {
  readonly opened: OpenedSpool;
  /** What `append` was told is durable. */
  readonly acknowledged: string[] = [];
  /** Set aside by the keeper, after the start. */
  quarantined = 0;
  readonly #intake: Intake;
  readonly #writer: SpoolWriter;
  readonly #keeper: Keeper;
  readonly #store: KeptObjects;
  readonly #waiting: string[] = [];
  readonly #lines: SegmentFacts[];
  readonly #objects: (SealedSegment | SealedDigest)[];

  constructor(files: SpoolFiles, store: KeptObjects, seed: number) {
    const clock = new ManualClock();
    const random = new SeededRandom(seed);
    this.#store = store;
    this.opened = openSpool(
      { dataDir: '/data', ...IDENTITY, instanceId: 'here', clock, random },
      files,
    );
    const { epoch, head, recovered } = this.opened;
    this.#lines = [...recovered.unsealed];
    this.#objects = [...recovered.sealed];
    const ring = createSharedRing(1024 * 1024);
    this.#intake = new Intake(new RingWriter(ring, 1000), () => undefined);
    const keeping = { ...IDENTITY, dataDir: '/data', epoch, keysPem: KEYS };
    this.#keeper = new Keeper({ ...keeping, zstdLevel: 1, ballastBytes: 20_000 }, files);
    const limits = { syncMs: 5, segmentBytesMax: 40_000, encrypts: false, segmentAgeMaxMs: 30_000 };
    this.#writer = new SpoolWriter(
      { dataDir: '/data', node: IDENTITY.node, epoch, prev: head, ...limits },
      {
        reader: new SleeplessReader(ring),
        files,
        post: (message) => this.#onMessage(message),
        monotonicMs: () => clock.monotonicMs(),
        wallMs: () => clock.wallMs(),
      },
    );
  }

  /** Takes so many events and writes them as one group. */
  append(ids: readonly string[]): void {
    for (const requestId of ids) {
      this.#intake.push({ kind: 'call', call: sampleCall({ requestId }) }).catch(() => undefined);
      this.#waiting.push(requestId);
    }
    this.#writer.turn();
  }

  seal(): void {
    this.#intake.command(FRAME_SEAL);
    this.#writer.turn();
  }

  /** Fills the reserve, as a start does. */
  fill(): void {
    this.#ask({ kind: 'fill_ballast' });
  }

  /** Notes what the group acknowledged, in both of the files that take turns. */
  note(): void {
    const { journal } = this.opened;
    const place = { cluster: 'c', group: 'g', topic: 't', partition: 0 };
    for (const offset of [1, 2]) {
      journal.noteCommitted([{ ...place, offset }]);
      const note = journal.nextNote();
      if (note !== undefined) this.#ask({ kind: 'note', ...note });
    }
  }

  /** Writes down a call that must not be made twice, and a dropped event that nothing tells of. */
  noteUntold(): void {
    const place = { cluster: 'c', group: 'g', topic: 't', partition: 0 };
    const at = { offset: 7, fingerprint: 7, firstTryAtMs: 1, lastTryAtMs: 1 };
    const spent = { ...at, tries: 1, status: undefined, bytesLeft: true };
    this.opened.journal.noteBegun(place, spent);
    const gap = { events: 1, byReason: { spool_full: 1 }, firstMs: 1, lastMs: 1 };
    this.#ask({ kind: 'note_drops', text: dropNote(gap) });
  }

  /** Compresses the oldest sealed file. */
  compress(): void {
    const [segment] = this.#lines;
    if (segment === undefined) return;
    const journal = this.opened.journal.toIndex();
    const reply = this.#ask({ kind: 'seal', segment, journal });
    this.#lines.shift();
    if (reply.kind === 'sealed') this.#objects.push(reply.segment);
  }

  /** Signs what was sealed; the digests of former lives come first. */
  sign(isClosing = false): void {
    const made = this.#ask({ kind: 'digest', timestampMs: 1_771_578_000_000, isClosing });
    if (made.kind === 'digests') this.#objects.push(...made.digests);
  }

  /** Brings the oldest object into the store; `isCut`: dies before it could note that. */
  ship(isCut = false): void {
    const [item] = this.#objects;
    if (item === undefined) return;
    const isDigest = !('firstSeq' in item);
    const loaded = this.#ask(
      isDigest ? { kind: 'load_digest', digest: item } : { kind: 'load', segment: item },
    );
    if (loaded.kind === 'loaded') {
      this.#store.put(item.key, loaded.body, item.md5);
      if (isCut) return;
      this.#ask(
        isDigest ? { kind: 'forget_digest', digest: item } : { kind: 'forget', segment: item },
      );
    }
    this.#objects.shift();
  }

  /** Everything into the store, as a stop with time enough does. */
  finish(): void {
    this.#intake.command(FRAME_CLOSE);
    this.#writer.run();
    while (this.#lines.length > 0) this.compress();
    const pending = this.#ask({ kind: 'pending_digests' });
    if (pending.kind === 'digests') {
      this.#objects.push(...pending.digests);
      this.quarantined += pending.quarantined.length;
    }
    this.sign(true);
    while (this.#objects.length > 0) this.ship();
  }

  /** A failure that is not the power's would be asked again for ever. */
  #ask(request: Parameters<Keeper['handle']>[0]): KeeperReply {
    const reply = this.#keeper.handle(request);
    if (reply.kind === 'damaged') this.quarantined += 1;
    if (reply.kind === 'failed') throw new Error(`${request.kind}: ${reply.code} ${reply.message}`);
    return reply;
  }

  #onMessage(message: WriterMessage): void {
    if (message.kind === 'sealed') this.#lines.push(message.segment);
    // The writer would ask a disk without power for ever.
    if (message.kind === 'stalled') throw new Error(`the writer: ${message.code}`);
    if (message.kind !== 'durable') return;
    this.acknowledged.push(...this.#waiting.splice(0, message.seq - this.acknowledged.length));
    this.#intake.acknowledge(message.seq);
  }
}
