import { waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

describe.skipIf(await isMissing('kafka'))('Offsets that the log no longer holds', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await RealKafka.start({ extraProperties: { 'log.cleaner.backoff.ms': 300 } });
  });

  afterAll(async () => kafka[Symbol.asyncDispose]());

  it('count as settled where compaction took them, so that the lag reaches 0', async () => {
    const topic = 'compacted';
    await kafka.createTopic(topic, 1, {
      'cleanup.policy': 'compact',
      'segment.ms': 100,
      'min.cleanable.dirty.ratio': 0.001,
      'delete.retention.ms': 0,
    });
    const writeMore = async (): Promise<boolean> => {
      await kafka.produce(topic, [{ key: 'k', value: 'v', partition: 0 }]);
      const records = await kafka.fetchAll(topic);
      return records.length > 0 && (records[0]?.offset ?? 0) > 3;
    };
    await waitUntil(writeMore, { what: 'compaction', everyMs: 300 });
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    const [end = 0] = (await kafka.endOffsets(topic)).values();
    await waitUntil(
      async () => (await kafka.committedOffsets(settings.groupId, topic)).get(0) === end,
      { what: 'the commit of the end' },
    );
    expect(running.consumer.handed.length).toBeLessThan(end);
    expect(running.source.status().partitions[0]?.lagRecords).toBe(0);
    await running.stop();
  });
});
