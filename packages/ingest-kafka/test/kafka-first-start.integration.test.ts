import { randomUUID } from 'node:crypto';

import { CollectingConsumer, waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

const PARTITIONS = 4;
const RECORDS = 3;
/** So long that no commit of it can be what is found. */
const COMMIT_INTERVAL_MS = 600_000;

/**
 * Guards against a group that is nowhere until its first record ends: where it dies before that, or a
 * partition has no record yet, `latest` comes to another offset at its next start, and what was
 * written between is never read.
 */
describe.skipIf(await isMissing('kafka'))('The first start of a group', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  it.each([
    [
      'earliest',
      [
        [0, 2],
        [1, 0],
        [2, 0],
        [3, 0],
      ],
    ],
    [
      'latest',
      [
        [0, RECORDS],
        [1, RECORDS],
        [2, RECORDS],
        [3, 0],
      ],
    ],
  ] as const)(
    'commits where it begins on every partition once they are assigned, by %s, with no record settled',
    async (autoOffsetReset, expected) => {
      const topic = `first-start-${randomUUID()}`;
      await kafka.createTopic(topic, PARTITIONS);
      for (const partition of [0, 1, 2]) await kafka.produce(topic, written(partition));
      await kafka.deleteRecordsBelow(topic, { partition: 0, offset: 2 });
      const settings = settingsFor(kafka, {
        autoOffsetReset,
        commitIntervalMs: COMMIT_INTERVAL_MS,
      });
      const running = startSource(settings, [topic], new CollectingConsumer());
      await waitUntil(() => running.source.status().assigned, { what: 'partitions', everyMs: 5 });
      const committed = await kafka.committedOffsets(settings.groupId, topic);
      expect([...committed].toSorted(([a], [b]) => a - b)).toEqual(expected);
      expect(running.source.status().partitions.map((at) => at.committed)).toEqual(
        running.source.status().partitions.map(({ partition }) => expected[partition]?.[1]),
      );
      expect(running.metrics.total('commits_total')).toBe(0);

      // Gone before it settled anything: the next one reads all that came meanwhile, and no more.
      await running.stop();
      for (const partition of [0, 3]) await kafka.produce(topic, written(partition));
      const next = startSource(settings, [topic]);
      const old = autoOffsetReset === 'earliest' ? 3 * RECORDS - 2 : 0;
      await next.consumer.until(old + 2 * RECORDS);
      await next.stop();
      expect(next.consumer.handed).toHaveLength(old + 2 * RECORDS);
      expect(await kafka.lag(settings.groupId, topic)).toBe(0);
    },
  );
});

function written(partition: number): { value: string; partition: number }[] {
  return Array.from({ length: RECORDS }, (_, index) => ({ value: String(index), partition }));
}
