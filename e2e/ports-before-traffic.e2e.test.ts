import { once } from 'node:events';
import { createServer } from 'node:net';

import { FaultProxy, GatewayProcess, waitUntil } from '@netscope/test-support';
import { freePort, isMissing, sharedKafka } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted } from './support/resilience.ts';

const RECORDS = 20;

describe.skipIf(await isMissing('kafka', 'rgw'))('a gateway that starts', () => {
  test.each(['port', 'metrics_port'])(
    'and cannot bind http.%s ends with 78 before it joins the group, reads or calls anything',
    async (name) => {
      await using pipeline = await Pipeline.start();
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
      await using holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      const address = holder.address();
      const taken = typeof address === 'object' ? address?.port : undefined;
      await using gateway = await GatewayProcess.spawn({
        config: { ...pipeline.config, http: { [name]: taken } },
      });
      expect(await gateway.ended).toBe(78);
      expect(gateway.stderr.join('\n')).toContain(`127.0.0.1:${taken}: http.${name}: `);
      expect(await pipeline.upstream.counts()).toMatchObject({ arrivals: 0, connections: 0 });
      expect(await pipeline.kafka.hasGroup(pipeline.group)).toBe(false);
      expect(await pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic)).toEqual(
        new Map(),
      );
    },
  );

  test('answers on its port, and says that it is not ready, before the first record is read', async () => {
    const kafka = await sharedKafka();
    await using proxy = await FaultProxy.start({ targetPort: kafka.port });
    proxy.blackhole();
    await using pipeline = await Pipeline.start({
      kafka,
      config: { source: { kafka: { brokers: [proxy.address] } } },
    });
    await kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
    const port = await freePort();
    await using gateway = await GatewayProcess.spawn({
      config: { ...pipeline.config, http: { port } },
    });
    const url = `http://127.0.0.1:${port}/v1/health`;
    const first = await waitUntil(async () => fetch(`${url}/ready`), { what: 'the port' });
    expect(first.status).toBe(503);
    expect(await first.json()).toMatchObject({
      error: {
        code: 'DEPENDENCY_UNAVAILABLE',
        details: { phase: 'starting', dependencies: { source: { state: 'down' } } },
      },
    });
    expect((await fetch(`${url}/live`)).status).toBe(200);
    await waitUntil(() => proxy.openSockets > 0, { what: 'the brokers to be sought' });
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    expect((await pipeline.upstream.counts()).arrivals).toBe(0);
    expect(await pipeline.kafka.hasGroup(pipeline.group)).toBe(false);

    await proxy.heal();
    await gateway.waitReady();
    await allCommitted(pipeline);
    expect((await pipeline.upstream.counts()).keys).toBe(RECORDS);
    expect(await gateway.stop()).toBe(0);
  });
});
