import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { sampleCall } from '@netscope/test-support';
import type { RealRgw } from '@netscope/test-support/services';

import {
  type Finding,
  isBreach,
  publicKeyFiles,
  type TimeRange,
  TrailSearch,
  verifyTrail,
} from '../../src/reader.ts';
import { S3ObjectStore } from '../../src/s3-object-store.ts';
import { openSink, type TestDirectory } from '../sink-fixture.ts';
import type { Checked } from './stored-trail.ts';

const { signal } = new AbortController();
export const HOUR_MS = 3_600_000;
export const OPEN: TimeRange = { fromMs: undefined, toMs: undefined };
const FIRST_MS = sampleCall().timestampMs;
let buckets = 0;

/** A bucket that knows its name. */
export class NamedStore extends S3ObjectStore {
  readonly bucket: string;

  constructor(rgw: RealRgw, bucket: string) {
    super({ ...rgw.address, region: rgw.region, bucket });
    this.bucket = bucket;
  }
}

/** A bucket of a name of its own; without options it is not made. */
export async function freshStore(
  rgw: RealRgw,
  options: Parameters<RealRgw['createBucket']>[1] | undefined,
): Promise<NamedStore> {
  buckets += 1;
  const bucket = `netscope-trail-${process.pid}-${buckets}`;
  if (options !== undefined) await rgw.createBucket(bucket, options);
  return new NamedStore(rgw, bucket);
}

/** Two segments of three events each, closed in order; each store has a `data_dir` of its own. */
export async function live(
  directory: TestDirectory,
  store: NamedStore,
  afterMs = 0,
): Promise<void> {
  const { sink } = await openSink({
    dataDir: `${directory.path}/${store.bucket}`,
    store,
    storeKind: 'rgw',
  });
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 3; index += 1) {
      sink.reserve();
      const timestampMs = FIRST_MS + afterMs;
      await sink.append({ kind: 'call', call: sampleCall({ offset: index, timestampMs }) });
    }
    sink.seal();
  }
  await sink.close(30_000);
}

/** What verify says of a store's trail. */
export async function check(
  directory: TestDirectory,
  store: NamedStore,
  {
    nowMs = Date.now(),
    range = OPEN,
  }: { readonly nowMs?: number; readonly range?: TimeRange } = {},
): Promise<Checked> {
  const files = publicKeyFiles(`${directory.path}/${store.bucket}`);
  const findings: Finding[] = [];
  const report = await verifyTrail(
    {
      store,
      range,
      keys: files.map((file) => createPublicKey(readFileSync(file))),
      heads: [],
      nowMs,
      onFinding: (finding) => void findings.push(finding),
      onProgress: () => undefined,
    },
    signal,
  );
  return { report, findings, breaches: findings.filter((finding) => isBreach(finding)) };
}

/** Its events as they are read back. */
export async function lines(store: NamedStore, range: TimeRange): Promise<readonly string[]> {
  const search = new TrailSearch(
    { range, service: undefined, filter: {} },
    {
      store,
      onRefused: (place, reason) => {
        throw new Error(`${place}: ${reason}`);
      },
      onProgress: () => undefined,
    },
  );
  const found: string[] = [];
  for await (const { line } of search.events(signal)) found.push(line.toString('utf8'));
  return found;
}
