import { waitUntil } from '@netscope/test-support';

import type { Pipeline, PipelineOptions } from './pipeline.ts';
import { records } from './records.ts';

export const RECORDS = 40;
/** The offset of the one that fails whenever it is called; every record has a key of its own. */
export const FAILING = 3;

/** Of a pipeline with one partition in which one record fails and no circuit hears it. */
export const ONE_FAILS: PipelineOptions = {
  partitions: 1,
  rules: [
    {
      when: { headers: { 'x-record-offset': String(FAILING) } },
      answer: { kind: 'respond', status: 503 },
    },
  ],
  upstream: {
    retry: { attempts: 1 },
    circuit: { mode: 'observe' },
    // A busy machine must not add failures of its own.
    timeouts: { connect_ms: 20_000, read_ms: 20_000, global_ms: 30_000 },
  },
};

/** Resolves once every record was called and the failing one alone holds the commit. */
export async function heldUp(pipeline: Pipeline): Promise<void> {
  await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
  await waitUntil(async () => (await pipeline.upstream.counts()).keys === RECORDS, {
    what: 'every record to be called',
  });
  await untilCommitted(pipeline, FAILING);
}

export async function untilCommitted(
  pipeline: Pipeline,
  offset: number,
  timeoutMs = 30_000,
): Promise<void> {
  await waitUntil(async () => (await committed(pipeline)) === offset, {
    what: `the commit of ${offset}`,
    timeoutMs,
  });
}

export async function committed(pipeline: Pipeline): Promise<number | undefined> {
  return (await pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic)).get(0);
}

/** Offsets that were called more than once, each once. */
export async function repeatedOffsets(pipeline: Pipeline): Promise<readonly number[]> {
  const counts = new Map<number, number>();
  for (const { offset = -1 } of await pipeline.upstream.ledger()) {
    counts.set(offset, (counts.get(offset) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([offset]) => offset);
}
