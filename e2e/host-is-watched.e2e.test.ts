import { FaultProxy, type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing, sharedKafka } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { LiveEvents } from './support/live-events.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 2000;
const HISTORY = '/v1/host/history?metric=process.rss_bytes';

describe.skipIf(await isMissing('kafka', 'rgw'))('the host under a gateway at work', () => {
  test(
    'is told live, with every connection by its peer, and its history outlives kill -9',
    { timeout: 120_000 },
    async ({ skip }) => {
      const [broker = ''] = (await sharedKafka()).brokers;
      const brokerPort = Number(broker.split(':').at(-1));
      // The configuration names this one only: where the broker is, the cluster tells.
      await using proxy = await FaultProxy.start({ targetPort: brokerPort });
      await using pipeline = await Pipeline.start({
        config: { source: { kafka: { brokers: [proxy.address] } } },
      });
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 100));
      await using first = await pipeline.gateway(pipeline.folder);
      const host = await waitUntil(async () => ask<Host>(first, '/v1/host'), {
        what: 'a look',
      });
      if (host.origin === 'node') skip(String(host.reason));
      await waitUntil(async () => (await pipeline.upstream.counts()).keys >= RECORDS, {
        what: 'every record to arrive',
      });
      await expectConnectionsByPeer(first, brokerPort);
      await expectLooksLive(first);
      const before = await ask<History>(first, HISTORY);
      expect(before?.points.length).toBeGreaterThan(0);
      await first.kill();

      await using second = await pipeline.gateway(pipeline.folder);
      const after = await waitUntil(async () => ask<History>(second, HISTORY), {
        what: 'the history after the restart',
      });
      expect(after.points.map(({ at }) => at)).toEqual(
        expect.arrayContaining((before?.points ?? []).map(({ at }) => at)),
      );
      expect(await second.stop()).toBe(0);
    },
  );
});

async function expectLooksLive(gateway: GatewayProcess): Promise<void> {
  using live = await LiveEvents.connect(gateway.port);
  await waitUntil(() => (live.countByType.get('system.host.sampled') ?? 0) >= 2, {
    what: 'two looks on the live feed',
  });
}

async function expectConnectionsByPeer(gateway: GatewayProcess, brokerPort: number): Promise<void> {
  await waitUntil(
    async () => {
      const roles = (await ask<Connections>(gateway, '/v1/connections'))?.by_role;
      return roles !== undefined && roles.kafka > 1 && roles.store > 0 && roles.upstream > 0;
    },
    { what: 'connections to Kafka, RGW and the upstream', timeoutMs: 20_000 },
  );
  const told = await ask<Connections>(gateway, '/v1/connections');
  const withBroker = told?.connections.filter(({ remote_port: port }) => port === brokerPort);
  expect(new Set(withBroker?.map(({ role }) => role))).toEqual(new Set(['kafka']));
  const busy = told?.connections.filter(({ state }) => state === 'established') ?? [];
  expect(busy.length).toBeGreaterThan(2);
  for (const { rtt_ms: rttMs } of busy) expect(rttMs).toBeGreaterThan(0);
}

interface Host {
  readonly origin: 'native' | 'node';
  readonly reason?: string;
}

interface Connections {
  readonly by_role: Readonly<Record<'kafka' | 'store' | 'upstream', number>>;
  readonly connections: readonly {
    readonly role: string;
    readonly state: string;
    readonly remote_port: number;
    readonly rtt_ms?: number;
  }[];
}

interface History {
  readonly points: readonly { readonly at: string }[];
}

/** The data of an answer; undefined while it is refused, as before the first look. */
async function ask<T>(gateway: GatewayProcess, path: string): Promise<T | undefined> {
  const reply = await fetch(`${gateway.origin}${path}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API's own tests hold its schemas
  return reply.ok ? ((await reply.json()) as { readonly data: T }).data : undefined;
}
