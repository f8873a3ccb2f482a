import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import type { SpooledAuditSink } from '@netscope/audit-ceph';
import type { AuditEvent } from '@netscope/domain';

import { quantile } from '../statistics.ts';
import { mainMicros, threadMicros } from '../thread-micros.ts';
import { openBenchSink } from './open-bench-sink.ts';

/** What the spool's writer writes at once. */
const GROUP_BYTES = 256 * 1024;
/** One in so many latencies is kept. */
const SAMPLED = 16;

export interface SinkRun {
  readonly directory: string;
  readonly events: number;
  readonly inFlight: number;
  /** Where fields are encrypted. */
  readonly keyFile?: string;
}

/** Appends, so many at once, until all is durable; then waits until all is shipped. */
export async function sinkRun(
  { directory, events, inFlight, keyFile }: SinkRun,
  from: readonly AuditEvent[],
): Promise<Readonly<Record<string, number>>> {
  const sink = await openBenchSink(directory, { keyFile });
  await appendAll(sink, from, { events: events / 10, inFlight });
  const before = threadMicros();
  const mainBeforeUs = mainMicros();
  const startedAtMs = performance.now();
  const latencies = await appendAll(sink, from, { events, inFlight });
  const seconds = (performance.now() - startedAtMs) / 1000;
  const mainUs = (mainMicros() - mainBeforeUs) / events;
  sink.seal();
  while (sink.status().backlogEvents > 0) await delay(5);
  const after = threadMicros();
  const eachUs = (name: string): number =>
    ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / events;
  const rssMb = process.memoryUsage.rss() / 1e6;
  await sink.close(60_000);
  return {
    perSecond: events / seconds,
    mainUs,
    writerUs: eachUs('audit-writer'),
    keeperUs: eachUs('audit-keeper'),
    collectorUs: eachUs('V8Worker'),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    rssMb,
  };
}

/** Some of the latencies, ms. */
export async function appendAll(
  sink: SpooledAuditSink,
  from: readonly AuditEvent[],
  { events, inFlight }: Pick<SinkRun, 'events' | 'inFlight'>,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < events) {
      const index = next;
      next += 1;
      const event = from[index % from.length];
      if (event === undefined) throw new Error('there are no events');
      const startedAtMs = performance.now();
      await sink.append(event);
      if (index % SAMPLED === 0) latencies.push(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return latencies;
}

/** Nothing but write and fdatasync of groups: what this disk allows. */
export function bareWrites(directory: string, groups: number): Readonly<Record<string, number>> {
  const bytes = Buffer.alloc(GROUP_BYTES, 'x');
  const fd = openSync(join(directory, 'bare'), 'w');
  const latencies: number[] = [];
  const startedUs = mainMicros();
  const startedAtMs = performance.now();
  for (let group = 0; group < groups; group += 1) {
    const atMs = performance.now();
    writeSync(fd, bytes, 0, GROUP_BYTES, group * GROUP_BYTES);
    fdatasyncSync(fd);
    latencies.push(performance.now() - atMs);
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  closeSync(fd);
  return {
    bytesPerSecond: (groups * GROUP_BYTES) / seconds,
    groupUs: (mainMicros() - startedUs) / groups,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}
