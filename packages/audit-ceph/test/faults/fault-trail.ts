import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';

import { sampleCall } from '@netscope/test-support';
import type { RealRgw } from '@netscope/test-support/services';

import { type CredentialsSource, S3ObjectStore } from '../../src/s3.ts';
import { openSink, type SinkFixture, TestDirectory, until } from '../sink-fixture.ts';
import { flawIn, parseLines, type TrailLine } from '../trail.ts';

/** So short that a frozen store is met within a test. */
export const REQUEST_TIMEOUT_MS = 1000;
const EVENTS_A_ROUND = 5;
const EVENT_TIME_MS = 1_771_578_000_000;
/** The longest wait between two attempts, and one more. */
const HEALING_MS = 60_000;
/** A user of these tests, whose rights are taken away. */
export const KEYS = { accessKeyId: 'auditor', secretAccessKey: 'auditor-secret' };
let buckets = 0;

interface Opened {
  readonly directory: TestDirectory;
  readonly fixture: SinkFixture;
}

/** A sink on a bucket of its own, and what was acknowledged of it. */
export class FaultTrail implements Disposable {
  readonly bucket: string;
  readonly #rgw: RealRgw;
  readonly #directory: TestDirectory;
  readonly #fixture: SinkFixture;
  readonly #acknowledged: string[] = [];

  private constructor(rgw: RealRgw, bucket: string, opened: Opened) {
    this.#rgw = rgw;
    this.bucket = bucket;
    this.#directory = opened.directory;
    this.#fixture = opened.fixture;
  }

  static async open(
    rgw: RealRgw,
    endpoint = rgw.address.endpoint,
    credentials?: CredentialsSource,
  ): Promise<FaultTrail> {
    buckets += 1;
    const bucket = `netscope-faults-${process.pid}-${buckets}`;
    const auditor = { ...KEYS, endpoint, region: rgw.region, bucket };
    const options = { ...auditor, credentials, requestTimeoutMs: REQUEST_TIMEOUT_MS };
    const store = new S3ObjectStore(options);
    await store.createLocked({ mode: 'governance', days: 1 }, AbortSignal.timeout(20_000));
    const directory = new TestDirectory();
    const fixture = await openSink({ dataDir: directory.path, store, storeKind: 'rgw' });
    return new FaultTrail(rgw, bucket, { directory, fixture });
  }

  /** What the log warned of, by event. */
  warned(event: string): Readonly<Record<string, unknown>> | undefined {
    return this.#fixture.log.lines.find((line) => line.event === event)?.fields;
  }

  get lastError(): string | undefined {
    return this.#fixture.sink.status().lastError?.message;
  }

  get isShipped(): boolean {
    return this.#fixture.sink.status().backlogEvents === 0;
  }

  /** Some events in a segment of their own; the longest that one took to be durable, ms. */
  async round(): Promise<number> {
    const { sink } = this.#fixture;
    let slowestMs = 0;
    for (let index = 0; index < EVENTS_A_ROUND; index += 1) {
      const requestId = `${this.bucket}-${this.#acknowledged.length}`;
      const startedAtMs = performance.now();
      await sink.append({
        kind: 'call',
        call: sampleCall({ requestId, timestampMs: EVENT_TIME_MS }),
      });
      slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
      this.#acknowledged.push(requestId);
    }
    sink.seal();
    return slowestMs;
  }

  /** Waits for the reason; what status, event and metric then say, and whether calls go on. */
  async told(reason: string): Promise<Readonly<Record<string, unknown>>> {
    const { sink, bus, metrics } = this.#fixture;
    const count = (): number =>
      metrics.counts.get(`audit_write_errors_total{reason=${reason}}`) ?? 0;
    await until(() => sink.status().reason === `store: ${reason}` && count() > 0);
    const isAdmitting = sink.reserve();
    sink.release();
    const { state, troubles } = sink.status();
    return { state, spool: troubles.spool, event: bus.published.at(-1)?.eventType, isAdmitting };
  }

  /**
   * Waits until all is in the store, without help; what then differs from what was acknowledged.
   * `moreMs`: where there is more to bring there than a few rounds.
   */
  async flawOnceHealed(moreMs = 0): Promise<string | undefined> {
    const { sink } = this.#fixture;
    const endAtMs = performance.now() + HEALING_MS + moreMs;
    while (!this.isShipped && performance.now() < endAtMs) await sleep(100);
    const { state, backlogEvents } = sink.status();
    if (state !== 'up' || backlogEvents > 0) return `it is ${state} with ${backlogEvents} events`;
    await sink.close(20_000);
    const lines = await this.#lines();
    const stored = lines.map((line) => line.requestId).join();
    return stored === this.#acknowledged.join() ? flawIn(lines) : `it holds ${stored}`;
  }

  async #lines(): Promise<readonly TrailLine[]> {
    const store = new S3ObjectStore({
      ...KEYS,
      endpoint: this.#rgw.address.endpoint,
      region: this.#rgw.region,
      bucket: this.bucket,
    });
    const signal = AbortSignal.timeout(30_000);
    const lines: TrailLine[] = [];
    for await (const key of store.list({ prefix: 'audit/v1/dt=' }, signal)) {
      const object = await store.get(key, signal);
      lines.push(...parseLines(zstdDecompressSync(object ?? '').toString('utf8')));
    }
    store.close();
    return lines;
  }

  [Symbol.dispose](): void {
    void this.#fixture.sink.close(0);
    this.#directory[Symbol.dispose]();
  }
}
