import { sampleCall, waitUntil } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { type LiveClient, RunningServer } from './running-server.ts';

function publish(server: RunningServer, requestId: string, more: object = {}): void {
  server.world.publish(sampleCall({ requestId, timestampMs: Date.now(), ...more }));
}

/** As large as a look is on a machine with many devices. */
function lookAtHost({ world }: RunningServer): void {
  const names = Array.from({ length: 70 }, (_, device) => `disks.nvme${device}n1.busy_percent`);
  world.bus.publish({
    eventType: 'system.host.sampled',
    timestampMs: Date.now(),
    traceId: 'f'.repeat(32),
    severity: 'INFO',
    values: Object.fromEntries(names.map((name, device) => [name, device / 3])),
  });
}

describe('live events over real sockets', () => {
  it('arrive within 100 ms in the median, and once', async () => {
    await using server = await new RunningServer().start();
    const client = await server.client();
    const delaysMs: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      const sentMs = performance.now();
      publish(server, `r${call}`);
      await waitUntil(() => client.calls().length > call, { what: 'the event', everyMs: 2 });
      delaysMs.push(performance.now() - sentMs);
    }
    expect(client.calls()).toEqual(Array.from({ length: 20 }, (_, call) => `r${call}`));
    expect(delaysMs.toSorted((a, b) => a - b)[10]).toBeLessThan(100);
  });

  it('are refused before the upgrade where the query is wrong', async () => {
    await using server = await new RunningServer().start();
    for (const query of ['?severity=DEBUG', '?route_group=nobody', '?since=yesterday', '?x=1']) {
      await expect(server.client(query)).rejects.toThrow('400');
    }
  });

  it('are refused to other origins and hosts, and given to our own page', async () => {
    await using server = await new RunningServer().start();
    await expect(server.client('', { origin: 'http://evil.example' })).rejects.toThrow('403');
    await expect(server.client('', { host: 'evil.example' })).rejects.toThrow('403');
    const own = await server.client('', { origin: `http://127.0.0.1:${server.port}` });
    await waitUntil(() => own.events.length > 0, { what: 'the first heartbeat' });
  });

  it('are resumed from an instant on', async () => {
    await using server = await new RunningServer().start();
    publish(server, 'before', { timestampMs: Date.now() - 60_000 });
    const since = new Date(Date.now() - 1000).toISOString();
    publish(server, 'after');
    const client = await server.client(`?since=${since}`);
    await waitUntil(() => client.calls().length > 0, { what: 'the resumed call' });
    expect(client.calls()).toEqual(['after']);
  });

  it('reach a quick client whole while a stopped one loses the oldest and is told', async () => {
    const hubLimits = { behindEvents: 1000, socketBytes: 65_536 };
    await using server = await new RunningServer({}, { hubLimits }).start();
    const quick = await server.client();
    const stopped = await server.client();
    stopped.stop();
    let sent = 0;
    await waitUntil(
      () => {
        for (let call = 0; call < 500; call += 1) publish(server, `r${(sent += 1)}`);
        return server.world.metrics.counterTotal('ws_dropped_events_total') > 0;
      },
      { what: 'a drop', everyMs: 30 },
    );
    await waitUntil(() => quick.calls().length === sent, { what: 'every event at the quick one' });
    expect(quick.dropped()).toBe(0);
    stopped.go();
    await waitUntil(() => stopped.calls().length + stopped.dropped() === sent, {
      what: 'received and dropped to be all that was sent',
    });
    expect(stopped.dropped()).toBeGreaterThan(0);
    expect(stopped.calls().at(-1)).toBe(`r${sent}`);
  });

  it('reach a thousand clients of one address', { timeout: 60_000 }, async () => {
    await using server = await new RunningServer({ rateLimitPerSecond: 100 }).start();
    const clients = await Promise.all(Array.from({ length: 1000 }, () => server.client()));
    for (const client of clients.slice(0, 50)) client.stop();
    for (let call = 0; call < 20; call += 1) publish(server, `r${call}`);
    const reading = clients.slice(50);
    await waitUntil(() => reading.every((client) => client.calls().length === 20), {
      what: 'every event at every client that reads',
    });
    lookAtHost(server);
    const hasLook = ({ events }: LiveClient): boolean =>
      events.some((event) => event.event_type === 'system.host.sampled');
    await waitUntil(() => reading.every(hasLook), { what: 'a look at the host at each of them' });
    expect((await fetch(`http://127.0.0.1:${server.port}/v1/metrics/network`)).status).toBe(200);
  });

  it('end with 1001 when the server stops, within a second', async () => {
    const server = await new RunningServer().start();
    const client = await server.client();
    const closed = client.closed();
    const startedMs = performance.now();
    await server[Symbol.asyncDispose]();
    await closed;
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('are not spoken to: a long message ends the client', async () => {
    await using server = await new RunningServer().start();
    const client = await server.client();
    const closed = client.closed();
    client.say('x'.repeat(5000));
    expect(await closed).toBe(1009);
  });
});
