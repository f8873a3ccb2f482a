import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

import type { RealRgw } from '@netscope/test-support/services';

/** One HTTP request inside a call. */
interface StoredAttempt {
  readonly outcome: string;
  readonly status_code?: number;
  readonly timeout_type?: string;
  readonly error_code?: string;
}

/** One audit event as it lies in the bucket. */
export interface StoredEvent {
  readonly event_type: string;
  readonly timestamp: string;
  readonly outcome?: string;
  readonly idempotency_key?: string;
  readonly request_id?: string;
  readonly trace_id: string;
  readonly source?: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly timestamp: string;
  };
  readonly result?: { readonly reason?: string; readonly error_code?: string };
  readonly upstream?: { readonly status_code?: number };
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  readonly resilience?: {
    readonly attempts: number;
    readonly retry_count: number;
    readonly timeout_count: number;
    readonly tries: number;
  };
  readonly network?: { readonly attempts: readonly StoredAttempt[] };
  readonly integrity: {
    readonly node: string;
    readonly epoch: string;
    readonly seq: number;
    readonly prev: string;
  };
}

/** Everything in the bucket, in the order of epoch and sequence; the chain is checked on the way. */
export async function readTrail(rgw: RealRgw, bucket: string): Promise<readonly StoredEvent[]> {
  const keys = await rgw.listKeys(bucket, 'audit/v1/dt=');
  const linesByEpoch = new Map<string, { readonly seq: number; readonly line: string }[]>();
  for (const key of keys) {
    const text = zstdDecompressSync(await rgw.getObject(bucket, key)).toString('utf8');
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { integrity }: StoredEvent = JSON.parse(line);
      const lines = linesByEpoch.get(integrity.epoch) ?? [];
      lines.push({ seq: integrity.seq, line });
      linesByEpoch.set(integrity.epoch, lines);
    }
  }
  const epochs = [...linesByEpoch.keys()].toSorted((a, b) => a.localeCompare(b));
  return epochs.flatMap((epoch) => checkedChain(epoch, linesByEpoch.get(epoch) ?? []));
}

function checkedChain(
  epoch: string,
  lines: readonly { readonly seq: number; readonly line: string }[],
): StoredEvent[] {
  const ordered = lines.toSorted((a, b) => a.seq - b.seq);
  return ordered.map(({ seq, line }, index) => {
    if (seq !== index + 1) throw new Error(`epoch ${epoch}: ${seq} stands at place ${index + 1}`);
    const event: StoredEvent = JSON.parse(line);
    const before = ordered[index - 1];
    const expected = before && createHash('sha256').update(before.line).digest('hex');
    if (expected !== undefined && event.integrity.prev !== expected) {
      throw new Error(`epoch ${epoch}: the chain breaks at ${seq}`);
    }
    return event;
  });
}

/** `partition/offset` of an event's record. */
export function placeOf({ source }: StoredEvent): string {
  return source === undefined ? '' : `${source.partition}/${source.offset}`;
}

/** Counts of a list's values by name. */
export function tally<T>(items: readonly T[], nameOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}
