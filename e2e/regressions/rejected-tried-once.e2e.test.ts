import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted, deadLetterReasons } from '../support/resilience.ts';

// Guards against repeating what will never be accepted: a peer tried a 400 as often as a 503, each
// time with its whole backoff, while everything behind it waited.

describe.skipIf(await isMissing('kafka', 'rgw'))('a record that the upstream rejects', () => {
  test.each([400, 404, 410, 422, 302])('with %i is tried once and parked', async (status) => {
    await using pipeline = await Pipeline.start({
      rules: [{ when: { bodyIncludes: '"id":5,' }, answer: { kind: 'respond', status } }],
    });
    await using gateway = await pipeline.gateway();
    await pipeline.kafka.produce(pipeline.topic, records(20, 10));
    await allCommitted(pipeline);
    const { byStatus } = await pipeline.upstream.counts();
    expect(byStatus).toEqual({ [status]: 1, 200: 19 });
    expect(await deadLetterReasons(pipeline)).toEqual(['rejected']);
    expect(await gateway.stop()).toBe(0);
  });
});
