import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { DirectoryObjectStore, SpooledAuditSink } from '@netscope/audit-ceph';
import { type CallRecord, encodeAuditEvent, type TimerHandle, type Timers } from '@netscope/domain';
import { DirectEventBus, RecordingLog, SeededRandom, sampleCall } from '@netscope/test-support';

const EVENTS = 200_000;
/** One in so many latencies is kept. */
const SAMPLED = 64;
const counter = { inc: (): void => undefined };

const systemTimers: Timers = {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- a handle is opaque to the port */
  set: (callback, delayMs) => setTimeout(callback, delayMs) as TimerHandle,
  background: (callback, delayMs) => setTimeout(callback, delayMs).unref() as TimerHandle,
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  /* oxlint-enable typescript/no-unsafe-type-assertion */
};

const calls = Array.from({ length: 1000 }, (_, offset) => sampleCall({ offset }));
const lineBytes = encodeAuditEvent({ kind: 'call', call: calls[0] ?? sampleCall() }, Buffer).at;

const directory = mkdtempSync(join(tmpdir(), 'netscope-bench-audit-'));
try {
  console.log(`event of ${lineBytes} B before its integrity field`);
  console.log(`encode alone: ${(await encodeAlone()).toFixed(2)} us of the thread an event`);
  for (const inFlight of [64, 1000, 10_000]) await report(inFlight);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function encodeAlone(): Promise<number> {
  let length = 0;
  const before = threadMicros();
  for (let index = 0; index < EVENTS; index += 1) {
    length += encodeAuditEvent({ kind: 'call', call: callAt(index) }, Buffer).at;
  }
  if (length === 0) throw new Error('nothing was encoded');
  return (threadMicros() - before) / EVENTS;
}

async function report(inFlight: number): Promise<void> {
  const sink = await openSink(join(directory, String(inFlight)));
  await run(sink, inFlight, EVENTS / 10);
  const before = { main: threadMicros(), all: processMicros(), atMs: performance.now() };
  const latencies = await run(sink, inFlight, EVENTS);
  const seconds = (performance.now() - before.atMs) / 1000;
  const main = (threadMicros() - before.main) / EVENTS;
  const all = (processMicros() - before.all) / EVENTS;
  console.log(
    [
      `${inFlight} in flight: ${Math.round(EVENTS / seconds)} events/s`,
      `main thread ${main.toFixed(2)} us`,
      `all threads ${all.toFixed(2)} us an event`,
      `acknowledged p50 ${latencyAt(latencies, 0.5)} ms, p99 ${latencyAt(latencies, 0.99)} ms`,
      `rss ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
    ].join(', '),
  );
  await sink.close(60_000);
}

/** Appends that many events, so many of them at once; some of their latencies, ms. */
async function run(
  sink: SpooledAuditSink,
  inFlight: number,
  events: number,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < events) {
      const index = next;
      next += 1;
      const startedAtMs = performance.now();
      await sink.append({ kind: 'call', call: callAt(index) });
      if (index % SAMPLED === 0) latencies.push(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return latencies.toSorted((a, b) => a - b);
}

function openSink(dataDir: string): Promise<SpooledAuditSink> {
  return SpooledAuditSink.open({
    dataDir,
    node: 'netscope-0',
    instanceId: 'bench',
    service: 'netscope',
    spool: { bytesMax: 1024 ** 3, onFull: 'pause', syncMs: 5 },
    digest: { intervalMs: 300_000, signingKeyFile: undefined },
    segment: { bytesMax: 8 * 1024 ** 2, ageMaxMs: 30_000, zstdLevel: 1 },
    store: new DirectoryObjectStore(join(dataDir, 'audit')),
    storeKind: 'directory',
    clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
    timers: systemTimers,
    random: new SeededRandom(),
    metrics: {
      counter: () => counter,
      histogram: () => ({ observe: () => undefined }),
      gauge: () => undefined,
    },
    bus: new DirectEventBus(),
    log: new RecordingLog(),
    traceId: '0af7651916cd43dd8448eb211c80319c',
  });
}

function callAt(index: number): CallRecord {
  return calls[index % calls.length] ?? sampleCall();
}

function latencyAt(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2);
}

function threadMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function processMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
