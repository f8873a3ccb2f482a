import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail } from './support/audit-trail.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted, circuitOf, operate, resilienceOf } from './support/resilience.ts';

/** Long enough for calls that should not be made to be seen. */
const QUIET_MS = 1500;

describe.skipIf(await isMissing('kafka', 'rgw'))('an operator', () => {
  test('isolates, pauses and resumes a running gateway, and the trail says so', async () => {
    await using pipeline = await Pipeline.start();
    await using gateway = await pipeline.gateway();
    const arrivals = async () => (await pipeline.upstream.counts()).arrivals;
    const produced = async (run: number) =>
      pipeline.kafka.produce(pipeline.topic, records(200, 50, run * 200));

    await produced(0);
    await allCommitted(pipeline);
    expect(await operate(gateway, 'partner/isolate', 'a bad deploy')).toMatchObject({
      state: 'isolated',
      changed: true,
      audited: true,
    });
    await produced(1);
    await delay(QUIET_MS);
    expect(await arrivals()).toBe(200);
    expect(await circuitOf(gateway)).toMatchObject({ state: 'isolated', reason: 'a bad deploy' });
    const isolated = await gateway.getText('/metrics');
    const labels = { upstream: 'partner', state: 'isolated' };
    expect(counterTotal(isolated, 'netscope_circuit_state', labels)).toBe(1);

    await operate(gateway, 'partner/release');
    await allCommitted(pipeline);
    expect((await circuitOf(gateway)).state).toBe('closed');

    await operate(gateway, 'partner/pause');
    await produced(2);
    await delay(QUIET_MS);
    expect(await arrivals()).toBe(400);
    // One of each key: the others wait for that one.
    expect(await queueDepths(gateway)).toEqual([50, 50, 50, 50]);
    await operate(gateway, 'partner/resume');
    await allCommitted(pipeline);

    await operate(gateway, `topics/${pipeline.topic}/pause`, 'maintenance');
    await produced(3);
    await delay(QUIET_MS);
    expect(await arrivals()).toBe(600);
    expect((await resilienceOf(gateway)).holds).toMatchObject([
      { target: 'topic', name: pipeline.topic, by: 'operator', reason: 'maintenance' },
    ]);
    await operate(gateway, `topics/${pipeline.topic}/resume`);
    await allCommitted(pipeline);

    expect((await pipeline.upstream.counts()).keys).toBe(800);
    expect(await arrivals()).toBe(800);
    const metrics = await gateway.getText('/metrics');
    expect(counterTotal(metrics, 'netscope_operator_actions_total')).toBe(6);
    expect(await gateway.stop()).toBe(0);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    const actions = trail.filter(({ event_type }) => event_type === 'operator.action');
    expect(
      actions.map(({ facts }) => `${String(facts?.['target'])} ${String(facts?.['action'])}`),
    ).toEqual([
      'upstream isolate',
      'upstream release',
      'upstream pause',
      'upstream resume',
      'topic pause',
      'topic resume',
    ]);
    expect(actions[0]?.facts).toMatchObject({ reason: 'a bad deploy', client_ip: '127.0.0.1' });
  });

  test('resumes a route that its park guard paused: a wrong path empties no topic', async () => {
    await using pipeline = await Pipeline.start({
      rules: [{ answer: { kind: 'respond', status: 404 } }],
    });
    await using gateway = await pipeline.gateway();
    await pipeline.kafka.produce(pipeline.topic, records(3000, 500));
    await waitUntil(async () => (await resilienceOf(gateway)).holds.length === 1, {
      what: 'the guard to pause the route',
    });
    await delay(QUIET_MS);
    const parked = (await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).length;
    // The guard's minimum, and those whose call was under way: 64 in flight at most.
    expect(parked).toBeGreaterThanOrEqual(50);
    expect(parked).toBeLessThanOrEqual(50 + 2 * 64);
    const ready = await gateway.get<ReadyAnswer>('/v1/health/ready');
    expect(ready.data).toMatchObject({ ready: true, state: 'degraded' });
    expect(ready.data.dependencies['routes']?.reason).toContain('partner-send is paused');
    expect(gateway.logs.find(({ event }) => event === 'intake.changed')).toBeDefined();

    await pipeline.upstream.setRules([]);
    await operate(gateway, 'routes/partner-send/resume', 'the path is right again');
    await allCommitted(pipeline);
    const byStatus = (await pipeline.upstream.counts()).byStatus;
    expect(byStatus['200']).toBe(3000 - parked);
    expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toHaveLength(parked);
    expect(await gateway.stop()).toBe(0);
  });
});

interface Waiting {
  readonly data: {
    readonly queue_depth: number;
    readonly upstreams: Readonly<Record<string, { readonly queue_depth: number }>>;
  };
}

/** What is called queue depth, of the one upstream, wherever it is told. */
async function queueDepths(gateway: GatewayProcess): Promise<readonly unknown[]> {
  const { data } = await gateway.get<Waiting>('/v1/metrics/network');
  const { upstreams } = await resilienceOf(gateway);
  const prometheus = await gateway.getText('/metrics');
  return [
    data.queue_depth,
    data.upstreams['partner']?.queue_depth,
    upstreams['partner']?.bulkhead.queue_depth,
    counterTotal(prometheus, 'netscope_queue_depth', { upstream: 'partner' }),
  ];
}

interface ReadyAnswer {
  readonly data: {
    readonly dependencies: Readonly<Record<string, { readonly reason?: string }>>;
  };
}
