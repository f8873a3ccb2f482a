import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { circuitOf } from '../support/resilience.ts';

const RECORDS = 400;
/** More in a row than a circuit takes, first in the log so that they meet it alone. */
const FAILING = 12;
/** Old records sent as each probe would hold the others for as long as anybody waits. */
const HEALTHY_WITHIN_MS = 30_000;

const failing = Array.from({ length: FAILING }, (_, offset) => ({
  when: { headers: { 'x-record-offset': String(offset) } },
  answer: { kind: 'respond', status: 500 } as const,
}));

/** Guards against a circuit that hears only the few records which fail whatever its upstream does. */
describe.skipIf(await isMissing('kafka', 'rgw'))('Records that fail for ever', () => {
  test('are not the only ones that an open circuit lets through, and the others are delivered', async () => {
    await using pipeline = await Pipeline.start({
      partitions: 1,
      rules: failing,
      upstream: { retry: { attempts: 1 }, circuit: { open_ms: 300, open_max_ms: 1000 } },
      config: { delivery: { backoff_base_ms: 50, backoff_cap_ms: 200 } },
    });
    await using gateway = await pipeline.gateway();
    await pipeline.kafka.produce(pipeline.topic, records(FAILING, FAILING));
    await waitUntil(async () => (await circuitOf(gateway)).state === 'open', {
      what: 'the circuit to open',
    });
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS - FAILING, RECORDS, FAILING));
    await waitUntil(async () => (await delivered(gateway)) === RECORDS - FAILING, {
      what: 'every record but the failing ones to be delivered',
      timeoutMs: HEALTHY_WITHIN_MS,
    });
    expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
    await pipeline.upstream.setRules([]);
    await waitUntil(async () => (await delivered(gateway)) === RECORDS, {
      what: 'the failing ones to be delivered once the upstream takes them',
    });
    expect(await gateway.stop()).toBe(0);
  });
});

async function delivered(gateway: GatewayProcess): Promise<number> {
  const answer = await gateway.get<{
    readonly data: { readonly records: { readonly delivered: number } };
  }>('/v1/metrics/network');
  return answer.data.records.delivered;
}
