import type { GatewayProcess } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail } from '../support/audit-trail.ts';
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
import { records } from '../support/records.ts';

/** Guards against a later success that is committed past a rejected offset (Vector #24543). */
describe.skipIf(await isMissing('kafka', 'rgw'))('A rejected offset', () => {
  test('is not overtaken by the commit of later successes, and alone is called again', async () => {
    await using pipeline = await Pipeline.start(ONE_FAILS);
    await using before = await pipeline.gateway(pipeline.folder);
    await heldUp(pipeline);
    const [at] = await partitionsOf(before);
    expect(at).toMatchObject({
      committed: String(FAILING),
      blocked_by: { offset: String(FAILING), upstream: 'partner' },
    });
    expect(at?.lag_seconds).toBeGreaterThan(0);
    expect(await before.stop()).toBe(0);
    expect(await committed(pipeline)).toBe(FAILING);
    await pipeline.upstream.setRules([]);
    await using after = await pipeline.gateway(pipeline.folder);
    await untilCommitted(pipeline, RECORDS);
    expect(await after.stop()).toBe(0);
    expect(await repeatedOffsets(pipeline)).toEqual([FAILING]);
  });

  test('is passed by an operator who seeks, and the audit trail says so', async () => {
    await using pipeline = await Pipeline.start(ONE_FAILS);
    await using gateway = await pipeline.gateway();
    await heldUp(pipeline);
    const url = `${gateway.origin}/v1/partitions/${pipeline.topic}/0/seek`;
    const seek = async (body: object): Promise<Response> =>
      fetch(url, { method: 'POST', body: JSON.stringify(body) });
    const refused = await seek({ offset: RECORDS + 1 });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(`holds 0 to ${RECORDS}`);
    const done = await seek({ offset: 'latest', reason: 'a poisoned order' });
    expect(await done.json()).toMatchObject({
      data: { from: String(FAILING), to: String(RECORDS), audited: true },
    });
    expect(await committed(pipeline)).toBe(RECORDS);
    await pipeline.kafka.produce(pipeline.topic, records(1, 1, RECORDS));
    await untilCommitted(pipeline, RECORDS + 1);
    expect(await gateway.stop()).toBe(0);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    expect(trail.filter(({ event_type }) => event_type === 'operator.action')).toMatchObject([
      { facts: { target: 'partition', action: 'seek', state: 'intended' } },
      { facts: { target: 'partition', action: 'seek', state: 'done', reason: 'a poisoned order' } },
    ]);
  });
});

interface Partition {
  readonly lag_seconds: number | null;
}

async function partitionsOf(gateway: GatewayProcess): Promise<readonly Partition[]> {
  const answer = await gateway.get<{ data: { partitions: Partition[] } }>('/v1/partitions');
  return answer.data.partitions;
}
