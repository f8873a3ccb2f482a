import type { GatewayProcess } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from '../support/audit-trail.ts';
import {
  committed,
  FAILING,
  heldUp,
  ONE_FAILS,
  RECORDS,
  repeatedOffsets,
  untilCommitted,
} from '../support/failing-record.ts';
import { Pipeline } from '../support/pipeline.ts';

const TRIES = [1, 2, 3, 4, 5, 6];

/** Guards against tries that begin anew at each rebalance (Knative #3746), and repeats of others. */
describe.skipIf(await isMissing('kafka', 'rgw'))('A rebalance during a failing record', () => {
  test('leaves it the tries that it has spent, and nothing else is called twice', async () => {
    await using pipeline = await Pipeline.start({
      ...ONE_FAILS,
      config: {
        delivery: {
          tries_max: TRIES.length,
          retry_for_ms: 0,
          backoff_base_ms: 1500,
          backoff_cap_ms: 1500,
        },
      },
    });
    await using first = await pipeline.gateway();
    await using second = await pipeline.gateway(undefined, {
      service: { name: 'netscope', node: 'netscope-1' },
    });
    await heldUp(pipeline);
    const isFirst = await holds(first);
    expect(await holds(second)).toBe(!isFirst);
    expect(await (isFirst ? first : second).stop()).toBe(0);
    expect(await committed(pipeline)).toBe(FAILING);
    // The other one has it now; as its tries are spent it is parked.
    await untilCommitted(pipeline, RECORDS, 90_000);
    expect(await (isFirst ? second : first).stop()).toBe(0);
    expect(await repeatedOffsets(pipeline)).toEqual([FAILING]);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    const ends = trail
      .filter((event) => event.event_type === 'request.failed' && event.outcome !== 'aborted')
      .toSorted((a, b) => a.timestamp.localeCompare(b.timestamp));
    expect(ends.map(placeOf)).toEqual(TRIES.map(() => `0/${FAILING}`));
    expect(ends.map(({ resilience }) => resilience?.tries)).toEqual(TRIES);
    expect(new Set(ends.map(({ integrity }) => integrity.node)).size).toBe(2);
    const calls = (await pipeline.upstream.ledger()).filter(({ offset }) => offset === FAILING);
    // One that a drain cut off is made again.
    expect(calls.length).toBeGreaterThanOrEqual(TRIES.length);
    expect(calls.length).toBeLessThanOrEqual(TRIES.length + 1);
    const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
    expect(letters.map(({ headers }) => headers['netscope-tries'])).toEqual(['6']);
  });
});

/** Whether a gateway has the one partition. */
async function holds(gateway: GatewayProcess): Promise<boolean> {
  const answer = await gateway.get<{ data: { partitions: object[] } }>('/v1/partitions');
  return answer.data.partitions.length === 1;
}
