import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from '../support/metrics.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted, deadLetterReasons } from '../support/resilience.ts';

// Guards against a dead letter that is lost: peers logged that it could not be written, committed
// the offset, and neither the record nor its letter was anywhere.

describe.skipIf(await isMissing('kafka', 'rgw'))('a dead letter topic that is gone', () => {
  test('holds the offset of the record that must be parked, until it is back', async () => {
    await using pipeline = await Pipeline.start({
      partitions: 1,
      rules: [{ when: { bodyIncludes: '"id":5,' }, answer: { kind: 'respond', status: 400 } }],
    });
    await using gateway = await pipeline.gateway();
    await pipeline.kafka.deleteTopic(pipeline.deadLetterTopic);
    await pipeline.kafka.produce(pipeline.topic, records(20, 20));
    await waitUntil(
      async () =>
        counterTotal(
          await gateway.getText('/metrics'),
          'netscope_dead_letter_write_errors_total',
        ) >= 1,
      { what: 'the dead letter to be refused', timeoutMs: 60_000 },
    );
    await delay(1000);
    const committed = await pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic);
    expect(committed.get(0)).toBe(5);
    expect((await pipeline.upstream.counts()).keys).toBe(20);

    await pipeline.kafka.createTopic(pipeline.deadLetterTopic, 1);
    await allCommitted(pipeline);
    expect(await deadLetterReasons(pipeline)).toEqual(['rejected']);
    expect((await pipeline.upstream.counts()).arrivals).toBe(20);
    expect(await gateway.stop()).toBe(0);
  });
});
