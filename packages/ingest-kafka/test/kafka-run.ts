import type { KafkaSettings } from '@netscope/ingest-kafka';
import { CollectingConsumer, waitUntil } from '@netscope/test-support';

import { makeSource, type SourceUnderTest } from './kafka-harness.ts';

/** A source that runs, with what it handed over. */
export interface RunningSource extends SourceUnderTest {
  readonly consumer: CollectingConsumer;
  /** As `run` ended. */
  readonly ended: Promise<void>;
  /** Rejects with what `run` rejected with. */
  stop(): Promise<void>;
  /** Resolves once the source says that it is so. */
  untilState(state: string): Promise<void>;
  /** Partitions it holds. */
  partitions(): number;
}

export function startSource(
  settings: KafkaSettings,
  topics: readonly string[],
  consumer = new CollectingConsumer({ acknowledgesAll: true }),
): RunningSource {
  const made = makeSource(settings, topics);
  const abort = new AbortController();
  const ended = made.source.run(consumer, abort.signal);
  // A failure is told by `stop`.
  ended.catch(() => undefined);
  return {
    ...made,
    consumer,
    ended,
    stop: async () => {
      abort.abort();
      await ended;
    },
    untilState: async (state) => {
      await waitUntil(() => made.source.status().state === state, {
        what: `state ${state}; it is ${made.source.status().state}`,
        everyMs: 20,
      });
    },
    partitions: () => made.source.status().partitions.length,
  };
}
