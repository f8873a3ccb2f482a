import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { type ObjectToPut, StorageError } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';

import { DirectoryObjectStore } from '../../src/index.ts';
import type { SegmentChecks } from '../../src/integrity/verify/segment-checks.ts';
import {
  type Finding,
  isBreach,
  publicKeyFiles,
  publicKeys,
  type TrailReport,
  verifyTrail,
} from '../../src/reader.ts';
import { openSink, until } from '../sink-fixture.ts';

export interface Checked {
  readonly report: TrailReport;
  readonly findings: readonly Finding[];
  /** Those that make it unsound. */
  readonly breaches: readonly Finding[];
}

const { signal } = new AbortController();

export const NODES = ['a', 'b', 'c'];

/** A trail in a folder, written by real sinks of three nodes. */
export class StoredTrail {
  readonly root: string;
  readonly store: string;
  readonly #objects = new Map<string, Buffer>();
  /** Keys in the order in which they were first put. */
  readonly puts: string[] = [];
  keys: ReturnType<typeof publicKeys> = [];

  constructor(root: string) {
    this.root = root;
    this.store = join(root, 'store');
  }

  /** Several lives of each of `NODES`, some of which ended in a crash: 35 events in all. */
  async liveOnNodes(): Promise<void> {
    await this.live('a', { events: 9 });
    await this.live('a', { events: 5 });
    await this.live('b', { events: 7, crash: true });
    await this.live('b', { events: 1, crash: true });
    await this.live('b', { events: 6 });
    await this.live('c', { events: 4, crash: true });
    await this.live('c', { events: 3 });
    this.keep(NODES);
  }

  /**
   * One life of a node; `crash` ends it as a power cut would, by a copy of its disk. With `outage` the
   * store takes nothing of it.
   */
  async live(
    node: string,
    options: { readonly events: number; readonly crash?: boolean; readonly outage?: boolean },
  ): Promise<void> {
    const dataDir = join(this.root, node);
    const store = new NotingStore(this.store, this.puts);
    store.isAway = options.outage === true;
    const { sink } = await openSink({
      dataDir,
      node,
      segment: { bytesMax: 5000, ageMaxMs: 30_000, zstdLevel: 1 },
      store,
    });
    for (let index = 0; index < options.events; index += 1) {
      sink.reserve();
      await sink.append({
        kind: 'call',
        call: sampleCall({ offset: index, timestampMs: Date.now() }),
      });
    }
    const image = join(this.root, `${node}-image`);
    if (options.crash === true) {
      // A disk's image is of one instant: nothing may move while it is copied.
      await until(() => sink.status().segmentsPending === 0);
      await until(() => sink.status().lastDigest?.isShipped === true);
      cpSync(dataDir, image, { recursive: true });
    }
    await sink.close(drainMs(options));
    if (options.crash !== true) return;
    rmSync(dataDir, { recursive: true });
    cpSync(image, dataDir, { recursive: true });
    rmSync(image, { recursive: true });
  }

  /** Remembers what the store holds, to be put back after each change. */
  keep(nodes: readonly string[]): void {
    for (const key of this.list()) this.#objects.set(key, this.read(key));
    const files = nodes.flatMap((node) => publicKeyFiles(join(this.root, node)));
    this.keys = files.flatMap((file) => publicKeys(readFileSync(file, 'utf8'), file));
  }

  get keysOfObjects(): readonly string[] {
    return [...this.#objects.keys()].toSorted();
  }

  /** What `keep` remembered, in the order of keys. */
  get objects(): ReadonlyMap<string, Buffer> {
    return new Map(this.keysOfObjects.map((key) => [key, this.original(key)]));
  }

  original(key: string): Buffer {
    return Buffer.from(this.#objects.get(key) ?? []);
  }

  restore(): void {
    for (const key of this.list()) if (!this.#objects.has(key)) rmSync(join(this.store, key));
    for (const [key, bytes] of this.#objects) this.write(key, bytes);
  }

  list(): readonly string[] {
    return readdirSync(this.store, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.startsWith('audit/') && statSync(join(this.store, name)).isFile())
      .toSorted();
  }

  read(key: string): Buffer {
    return readFileSync(join(this.store, key));
  }

  write(key: string, bytes: Uint8Array): void {
    mkdirSync(dirname(join(this.store, key)), { recursive: true });
    writeFileSync(join(this.store, key), bytes);
  }

  remove(key: string): void {
    rmSync(join(this.store, key));
  }

  async check(heads: readonly string[] = [], checks?: SegmentChecks): Promise<Checked> {
    const findings: Finding[] = [];
    const report = await verifyTrail(
      {
        store: new DirectoryObjectStore(this.store),
        range: { fromMs: undefined, toMs: undefined },
        keys: this.keys,
        heads,
        ...(checks === undefined ? {} : { checks }),
        nowMs: Date.now(),
        onFinding: (finding) => void findings.push(finding),
        onProgress: () => undefined,
      },
      signal,
    );
    return { report, findings, breaches: findings.filter((finding) => isBreach(finding)) };
  }
}

/** In an outage long enough to seal and to sign. */
function drainMs({ crash = false, outage = false }: { crash?: boolean; outage?: boolean }): number {
  if (crash) return 0;
  return outage ? 2000 : 10_000;
}

class NotingStore extends DirectoryObjectStore {
  isAway = false;
  readonly #puts: string[];

  constructor(path: string, puts: string[]) {
    super(path);
    this.#puts = puts;
  }

  override async put(object: ObjectToPut, aborts: AbortSignal): Promise<void> {
    if (this.isAway) throw new StorageError('STORAGE_UNAVAILABLE', 'away', { kind: 'transient' });
    await super.put(object, aborts);
    if (!this.#puts.includes(object.key)) this.#puts.push(object.key);
  }
}
