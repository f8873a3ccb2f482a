import { hash } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import { mainMicros } from '../thread-micros.ts';
import { benchCalls } from './events.ts';
import { openBenchSink } from './open-bench-sink.ts';
import { appendAll } from './sink-probe.ts';

/** So slow a compressor that a crash finds the lines as they were written. */
const SLOWEST_ZSTD_LEVEL = 22;
/** Of the checksum and the blank in front of a manifest. */
const SUM_LENGTH = 17;
const NOWHERE = '/proc/no-store-here';
const EVENTS_AFTER_OPEN = 20_000;
const IN_FLIGHT = 2000;

/** Writes so many events and dies by SIGKILL, with the spool as it is then. */
export async function leaveLines(
  directory: string,
  events: number,
): Promise<Readonly<Record<string, number>>> {
  const sink = await openBenchSink(directory, { zstdLevel: SLOWEST_ZSTD_LEVEL });
  await appendAll(sink, benchCalls(), { events, inFlight: IN_FLIGHT });
  process.kill(process.pid, 'SIGKILL');
  await delay(60_000);
  return {};
}

/** Leaves a spool whose sealed segments come to so many bytes: one of them, and links to it. */
export async function leaveObjects(
  directory: string,
  bytes: number,
): Promise<Readonly<Record<string, number>>> {
  const sink = await openBenchSink(directory, { storePath: NOWHERE });
  await appendAll(sink, benchCalls(), { events: 10_000, inFlight: IN_FLIGHT });
  await sink.close(500);
  const segments = join(directory, 'spool', 'segments');
  const manifest = readdirSync(segments).find((name) => name.endsWith('.manifest.json')) ?? '';
  const sealed = JSON.parse(readFileSync(join(segments, manifest), 'utf8').slice(SUM_LENGTH));
  const copies = Math.ceil(bytes / sealed.objectBytes);
  for (let copy = 0; copy < copies; copy += 1) {
    const name = `${sealed.epoch}-${String(1_000_000 + copy).padStart(10, '0')}`;
    linkSync(join(segments, `${sealed.name}.jsonl.zst`), join(segments, `${name}.jsonl.zst`));
    const text = JSON.stringify({ ...sealed, name, key: `${sealed.key}-${copy}` });
    const sum = hash('sha256', text).slice(0, SUM_LENGTH - 1);
    writeFileSync(join(segments, `${name}.manifest.json`), `${sum} ${text}\n`);
  }
  return { segments: copies, bytes: copies * sealed.objectBytes };
}

/** Opens a spool while its store is away, then takes events for a while. */
export async function openSpool(directory: string): Promise<Readonly<Record<string, number>>> {
  const startedUs = mainMicros();
  const startedAtMs = performance.now();
  const sink = await openBenchSink(directory, { storePath: NOWHERE });
  const openMs = performance.now() - startedAtMs;
  const openCpuMs = (mainMicros() - startedUs) / 1000;
  const { backlogEvents, spoolBytes } = sink.status();
  const work = { events: EVENTS_AFTER_OPEN, inFlight: IN_FLIGHT };
  await appendAll(sink, benchCalls(), work);
  await delay(1000);
  const rssMb = process.memoryUsage.rss() / 1e6;
  await sink.close(500);
  return { openMs, openCpuMs, backlogEvents, spoolBytes, rssMb };
}
