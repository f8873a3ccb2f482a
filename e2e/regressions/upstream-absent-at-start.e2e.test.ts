import { setTimeout as delay } from 'node:timers/promises';

import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from '../support/metrics.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted, deadLetterReasons } from '../support/resilience.ts';

// Guards against an upstream that is deployed a minute after its gateway: a peer spent every
// record's tries on refused connections and had emptied the topic into its dead letters by then.

/** A quarter of a minute, with openings a quarter as long. */
const ABSENT_MS = 15_000;

describe.skipIf(await isMissing('kafka', 'rgw'))('an upstream absent at the start', () => {
  test('costs no dead letter and a handful of attempts', async () => {
    await using pipeline = await Pipeline.start({
      upstream: { circuit: { open_ms: 1250, open_max_ms: 15_000 } },
      config: { delivery: { tries_max: 2, retry_for_ms: 10_000 } },
    });
    await pipeline.upstream.refuse();
    await pipeline.kafka.produce(pipeline.topic, records(1000, 1000));
    await using gateway = await pipeline.gateway();
    await delay(ABSENT_MS);
    const spent = counterTotal(await gateway.getText('/metrics'), 'netscope_attempts_total');
    // Those under way when it opened, and three or four probes.
    expect(spent).toBeLessThanOrEqual(64 + 6 + 10);
    expect(await deadLetterReasons(pipeline)).toEqual([]);
    await pipeline.upstream.accept();
    await allCommitted(pipeline);
    expect((await pipeline.upstream.counts()).keys).toBe(1000);
    expect(await deadLetterReasons(pipeline)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  });
});
