import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { zstdDecompressSync } from 'node:zlib';

import { DirectoryObjectStore } from '@netscope/audit-ceph';
import { publicKeyFiles, publicKeys, verifyTrail } from '@netscope/audit-ceph/reader';

import { mainMicros } from '../thread-micros.ts';
import { benchCalls } from './events.ts';
import { openBenchSink } from './open-bench-sink.ts';
import { appendAll } from './sink-probe.ts';

const IN_FLIGHT = 2000;
/** Takes a whole segment: many small pieces would cost the bare loop half as much again. */
const PIECE_BYTES = 10 * 1024 * 1024;

/** Leaves a sound trail of so many events in a directory, signed and closed. */
export async function leaveTrail(
  directory: string,
  events: number,
): Promise<Readonly<Record<string, number>>> {
  const sink = await openBenchSink(directory);
  await appendAll(sink, benchCalls(), { events, inFlight: IN_FLIGHT });
  await sink.close(60_000);
  return {};
}

/** Recomputes all of it, as `netscope audit verify` does. */
export async function verifyLeft(directory: string): Promise<Readonly<Record<string, number>>> {
  const keys = publicKeyFiles(directory).flatMap((file) =>
    publicKeys(readFileSync(file, 'utf8'), file),
  );
  const cpuBefore = process.cpuUsage();
  const mainBeforeUs = mainMicros();
  const startedAtMs = performance.now();
  const report = await verifyTrail(
    {
      store: new DirectoryObjectStore(join(directory, 'audit')),
      range: { fromMs: undefined, toMs: undefined },
      keys,
      heads: [],
      nowMs: Date.now(),
      onFinding: ({ kind, place, message }) => {
        throw new Error(`${kind}: ${place}: ${message}`);
      },
      onProgress: () => undefined,
    },
    new AbortController().signal,
  );
  const seconds = (performance.now() - startedAtMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    perSecond: report.events / seconds,
    allUs: (user + system) / report.events,
    mainUs: (mainMicros() - mainBeforeUs) / report.events,
    rssMb: process.memoryUsage.rss() / 1e6,
    barePerSecond: report.events / bareSeconds(join(directory, 'audit')),
  };
}

/** What one thread takes to read, unpack and hash the same objects, each as a whole. */
function bareSeconds(store: string): number {
  const objects = readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl.zst'))
    .map((name) => join(store, name));
  const startedAtMs = performance.now();
  for (const object of objects) {
    const body = readFileSync(object);
    hash('sha256', body);
    hash('sha256', zstdDecompressSync(body, { chunkSize: PIECE_BYTES }));
  }
  return (performance.now() - startedAtMs) / 1000;
}
