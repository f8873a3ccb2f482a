import { waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

describe.skipIf(await isMissing('kafka', 'rgw'))('a broker killed and restarted', () => {
  test('the gateway goes on by itself and loses nothing', { timeout: 180_000 }, async () => {
    await using kafka = await RealKafka.start();
    await using pipeline = await Pipeline.start({
      kafka,
      rules: [{ answer: { kind: 'respond', status: 200, delayMs: 2 } }],
    });
    await using gateway = await pipeline.gateway();
    await kafka.produce(pipeline.topic, records(6000, 200));
    await waitUntil(async () => (await pipeline.upstream.counts()).keys >= 1000, {
      what: 'the first thousand',
    });
    await kafka.kill();
    const ready = await gateway.get<{ readonly status: string }>('/v1/health/ready');
    expect(ready.status).toBe('ok');
    await kafka.restart();
    await kafka.produce(pipeline.topic, records(1000, 200, 6000));
    await waitUntil(async () => (await kafka.lag(pipeline.group, pipeline.topic)) === 0, {
      what: 'every record to be committed',
      timeoutMs: 90_000,
      everyMs: 250,
    });
    expect(gateway.end).toBeUndefined();
    expect((await pipeline.upstream.counts()).keys).toBe(7000);
    expect(await gateway.stop()).toBe(0);
  });
});
