import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from '../support/metrics.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted, deadLetterReasons } from '../support/resilience.ts';

// Guards against an upstream that is deployed a minute after its gateway: a peer spent every
// record's tries on refused connections and had emptied the topic into its dead letters by then.

/** NETSCOPE_ABSENT_MS=60000 is the whole minute with the circuit's defaults; else all is a quarter. */
const ABSENT_MS = Number(process.env['NETSCOPE_ABSENT_MS'] ?? 15_000);
const SCALE = ABSENT_MS / 60_000;
const OPEN_MS = 5000 * SCALE;
const OPEN_MAX_MS = 60_000 * SCALE;
/** Much less than it is absent: records whose tries were spent would be parked. */
const RETRY_FOR_MS = 40_000 * SCALE;

describe.skipIf(await isMissing('kafka', 'rgw'))('an upstream absent at the start', () => {
  test('costs no dead letter and a handful of attempts', { timeout: 240_000 }, async () => {
    await using pipeline = await Pipeline.start({
      upstream: { circuit: { open_ms: OPEN_MS, open_max_ms: OPEN_MAX_MS } },
      config: { delivery: { tries_max: 2, retry_for_ms: RETRY_FOR_MS } },
    });
    await pipeline.upstream.refuse();
    await pipeline.kafka.produce(pipeline.topic, records(1000, 1000));
    await using gateway = await pipeline.gateway();
    await delay(ABSENT_MS);
    const spent = counterTotal(await gateway.getText('/metrics'), 'netscope_attempts_total');
    process.stdout.write(`[figure] absent for ${ABSENT_MS / 1000} s: ${spent} attempts\n`);
    // Those under way when it opened, and three or four probes.
    expect(spent).toBeLessThanOrEqual(64 + 6 + 10);
    expect(await deadLetterReasons(pipeline)).toEqual([]);
    await pipeline.upstream.accept();
    // The last opening may just have begun; with jitter it is half as long again at most.
    await allCommitted(pipeline, 60_000 + 1.5 * OPEN_MAX_MS);
    expect((await pipeline.upstream.counts()).keys).toBe(1000);
    expect(await deadLetterReasons(pipeline)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  });
});
