import { setTimeout as delay } from 'node:timers/promises';

import { FaultProxy, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from '../support/audit-trail.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted } from '../support/resilience.ts';

// Guards against an audit store that is away for ten minutes: one peer stopped delivering, another
// gave its events up after its last retry. The store is refused for 20 s here, with traffic all along.

const DOWN_MS = 20_000;

describe.skipIf(await isMissing('kafka', 'rgw'))('an audit store that is down', () => {
  test('holds up no record, and every event is in it after', async () => {
    await using pipeline = await Pipeline.start();
    const { hostname, port } = new URL(pipeline.rgw.address.endpoint);
    await using proxy = await FaultProxy.start({ targetHost: hostname, targetPort: Number(port) });
    const { audit } = pipeline.config;
    const rgw: unknown = Reflect.get(Object(audit), 'rgw');
    const endpoint = `http://${proxy.address}`;
    await using gateway = await pipeline.gateway(undefined, {
      audit: { ...Object(audit), rgw: { ...Object(rgw), endpoint } },
    });
    await proxy.refuse();
    for (let second = 0; second < DOWN_MS / 1000; second += 1) {
      await pipeline.kafka.produce(pipeline.topic, records(100, 50, second * 100));
      await delay(1000);
    }
    await allCommitted(pipeline, 5000);
    expect((await pipeline.upstream.counts()).arrivals).toBe(2000);
    expect((await statusOf(gateway)).spool_depth).toBeGreaterThanOrEqual(2000);
    await proxy.heal();
    await waitUntil(async () => (await statusOf(gateway)).spool_depth === 0, {
      what: 'the backlog to be shipped',
      timeoutMs: 90_000,
      everyMs: 250,
    });
    expect(await gateway.stop()).toBe(0);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    const completed = trail.filter(({ event_type }) => event_type === 'request.completed');
    expect(completed).toHaveLength(2000);
    expect(new Set(completed.map(placeOf)).size).toBe(2000);
  });
});

interface AuditAnswer {
  readonly data: { readonly spool_depth: number };
}

async function statusOf(gateway: {
  get: <T>(route: string) => Promise<T>;
}): Promise<AuditAnswer['data']> {
  return (await gateway.get<AuditAnswer>('/v1/audit/status')).data;
}
