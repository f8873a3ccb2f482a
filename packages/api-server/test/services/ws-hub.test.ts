import type { NetScopeEvent } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import type { LiveFilter } from '../../src/services/live-filter.ts';
import { DEFAULT_HUB_LIMITS, type HubLimits, WsHub } from '../../src/services/ws-hub.ts';
import { FakeConnection } from '../fake-connection.ts';
import { SampleWorld } from '../sample-server.ts';

const ALL: LiveFilter = { severity: 'INFO', routeGroup: undefined };

/** Longer than events are gathered. */
const GATHERED_MS = 100;

let world: SampleWorld;

beforeEach(() => {
  world = new SampleWorld();
});

function hubOf(limits: Partial<HubLimits> = {}): WsHub {
  return new WsHub({ ...world.options(), limits: { ...DEFAULT_HUB_LIMITS, ...limits } });
}

function admit(hub: WsHub, filter = ALL, sinceMs?: number): FakeConnection {
  const connection = new FakeConnection();
  hub.admit(connection, filter, sinceMs);
  return connection;
}

function publish(requestId: string, more: Parameters<typeof sampleCall>[0] = {}): void {
  world.publish(sampleCall({ requestId, timestampMs: world.clock.wallMs(), ...more }));
}

function circuitChange(): NetScopeEvent {
  return {
    eventType: 'system.circuit.changed',
    timestampMs: world.clock.wallMs(),
    traceId: 'f'.repeat(32),
    severity: 'ERROR',
    upstream: 'partner',
    from: 'closed',
    to: 'open',
    reason: '5 failures in a row',
  };
}

function hostLook(): NetScopeEvent {
  return {
    eventType: 'system.host.sampled',
    timestampMs: world.clock.wallMs(),
    traceId: 'f'.repeat(32),
    severity: 'INFO',
    values: { 'load.load1': 0.5 },
  };
}

describe('the live feed', () => {
  it('sends every event once to every client, in order, within 100 ms', () => {
    const hub = hubOf();
    const clients = [admit(hub), admit(hub)];
    publish('a');
    publish('b');
    world.bus.publish(circuitChange());
    world.clock.advance(GATHERED_MS);
    publish('c');
    world.clock.advance(GATHERED_MS);
    for (const client of clients) {
      expect(client.story()).toEqual(['a', 'b', 'system.circuit.changed', 'c']);
    }
  });

  it('begins with a heartbeat and has one every 10 seconds', () => {
    const client = admit(hubOf());
    const beats = () =>
      client.events().filter(({ event_type }) => event_type === 'system.heartbeat').length;
    expect(beats()).toBe(1);
    for (let beat = 2; beat <= 6; beat += 1) {
      world.clock.advance(10_000);
      client.pong();
      expect(beats()).toBe(beat);
    }
  });

  it('has no heartbeat before an event that happened before it', () => {
    const client = admit(hubOf());
    world.clock.advance(9_990);
    publish('a');
    // The heartbeat is due before the event was gathered.
    world.clock.advance(GATHERED_MS);
    const instants = client.events().map(({ timestamp }) => timestamp);
    expect(client.story()).toEqual(['a']);
    expect(instants).toHaveLength(3);
    expect(instants).toEqual(instants.toSorted());
  });

  it('costs no timer and encodes nothing while nobody listens', () => {
    hubOf();
    const before = world.clock.pendingTimers;
    publish('a', { latencyMs: Number.NaN });
    world.clock.advance(GATHERED_MS);
    expect(world.clock.pendingTimers).toBe(before);
    expect(world.log.count('ws.event_unwritable')).toBe(0);
  });

  it('leaves out an event that cannot be written, and sends the others', () => {
    const client = admit(hubOf());
    publish('a', { latencyMs: Number.NaN });
    publish('b');
    world.clock.advance(GATHERED_MS);
    expect(client.story()).toEqual(['b']);
    expect(world.log.count('ws.event_unwritable')).toBe(1);
  });

  it('sends a burst whole, whatever its size', () => {
    const client = admit(hubOf());
    for (let call = 0; call < 6000; call += 1) publish(`r${call}`);
    world.clock.advance(GATHERED_MS);
    expect(client.story()).toHaveLength(6000);
    expect(client.story().at(-1)).toBe('r5999');
  });
});

describe('a filter', () => {
  it('of severity lets that and worse through', () => {
    const hub = hubOf();
    const warn = admit(hub, { severity: 'WARN', routeGroup: undefined });
    const error = admit(hub, { severity: 'ERROR', routeGroup: undefined });
    publish('fine');
    publish('bad', { status: 422 });
    world.bus.publish(circuitChange());
    world.clock.advance(GATHERED_MS);
    expect(warn.story()).toEqual(['bad', 'system.circuit.changed']);
    expect(error.story()).toEqual(['system.circuit.changed']);
  });

  it('of a route group chooses calls and lets system events pass', () => {
    const hub = hubOf();
    const client = admit(hub, { severity: 'INFO', routeGroup: 'other' });
    publish('mine', { routeGroup: 'other' });
    publish('theirs');
    publish('nobodys', { routeGroup: undefined });
    world.bus.publish(circuitChange());
    world.clock.advance(GATHERED_MS);
    expect(client.story()).toEqual(['mine', 'system.circuit.changed']);
  });
});

describe('a client that does not read', () => {
  const LIMITS = { behindEvents: 10, socketBytes: 4096 };

  it('loses the oldest, is told how many, and costs the others nothing', () => {
    const hub = hubOf(LIMITS);
    const slow = admit(hub);
    const quick = admit(hub);
    slow.stop();
    const sent = Array.from({ length: 60 }, (_, index) => `r${index}`);
    for (const requestId of sent) {
      publish(requestId);
      world.clock.advance(GATHERED_MS);
    }
    expect(quick.story()).toEqual(sent);
    slow.go();
    const story = slow.story();
    const notice = story.indexOf('system.ws.drop_notice');
    const told = slow.events().find((event) => event.event_type === 'system.ws.drop_notice');
    expect(told).toMatchObject({ reason: 'slow_client', severity: 'WARN' });
    const dropped = told?.event_type === 'system.ws.drop_notice' ? told.dropped_events : 0;
    expect(dropped).toBeGreaterThan(0);
    expect(story.slice(0, notice)).toEqual(sent.slice(0, notice));
    expect(story.slice(notice + 1)).toEqual(sent.slice(notice + dropped));
    expect(story).toHaveLength(sent.length - dropped + 1);
    expect(world.metrics.counterTotal('ws_dropped_events_total')).toBe(dropped);
  });

  it('is told of events only, never of heartbeats', () => {
    const hub = hubOf({ ...LIMITS, socketBytes: 1, unansweredBeats: 100 });
    const slow = admit(hub);
    slow.stop();
    publish('a');
    world.clock.advance(GATHERED_MS);
    world.clock.advance(200_000);
    slow.go();
    expect(slow.story()).toEqual(['a']);
    expect(world.metrics.counterTotal('ws_dropped_events_total')).toBe(0);
  });

  it('is bounded in bytes as well', () => {
    const hub = hubOf({ behindBytes: 5000, socketBytes: 1 });
    const slow = admit(hub);
    slow.stop();
    for (let call = 0; call < 50; call += 1) {
      publish(`r${call}`);
      world.clock.advance(GATHERED_MS);
    }
    slow.go();
    const story = slow.story();
    expect(story[1]).toBe('system.ws.drop_notice');
    expect(story.length).toBeLessThan(12);
    expect(story.at(-1)).toBe('r49');
  });

  it('counts what it never had when it goes', () => {
    const hub = hubOf({ ...LIMITS, socketBytes: 1 });
    const slow = admit(hub);
    slow.stop();
    for (let call = 0; call < 31; call += 1) {
      publish(`r${call}`);
      world.clock.advance(GATHERED_MS);
    }
    slow.socket.terminate();
    expect(hub.clients).toBe(0);
    expect(world.metrics.counterTotal('ws_dropped_events_total')).toBe(20);
  });

  it('is ended after three pings without an answer', () => {
    const hub = hubOf();
    const dead = admit(hub);
    const alive = admit(hub);
    for (let beat = 0; beat < 5; beat += 1) {
      world.clock.advance(10_000);
      alive.pong();
    }
    expect(dead.socket.ended).toEqual(['terminated']);
    expect(alive.socket.ended).toEqual([]);
    expect(hub.clients).toBe(1);
  });
});

describe('?since=', () => {
  it('repeats no look at the host, and none pushes another event out of the ring', () => {
    const hub = hubOf({ recentSystemEvents: 2 });
    const live = admit(hub);
    const sinceMs = world.clock.wallMs();
    world.bus.publish(circuitChange());
    for (let look = 0; look < 5; look += 1) world.bus.publish(hostLook());
    world.clock.advance(GATHERED_MS);
    const looks = Array.from({ length: 5 }, () => 'system.host.sampled');
    expect(live.story()).toEqual(['system.circuit.changed', ...looks]);
    expect(admit(hub, ALL, sinceMs).story()).toEqual(['system.circuit.changed']);
  });

  it('first sends what the recent ring holds from that instant on, nothing twice', () => {
    const hub = hubOf();
    const other = admit(hub);
    publish('old');
    world.clock.advance(1000);
    const sinceMs = world.clock.wallMs();
    publish('a');
    world.bus.publish(circuitChange());
    world.clock.advance(5);
    publish('b');
    const client = admit(hub, ALL, sinceMs);
    publish('c');
    world.clock.advance(GATHERED_MS);
    expect(client.story()).toEqual(['a', 'system.circuit.changed', 'b', 'c']);
    expect(other.story()).toEqual(['old', 'a', 'system.circuit.changed', 'b', 'c']);
  });

  it('obeys the filter', () => {
    const hub = hubOf();
    publish('theirs');
    publish('mine', { routeGroup: 'other' });
    const client = admit(hub, { severity: 'INFO', routeGroup: 'other' }, 0);
    expect(client.story()).toEqual(['mine']);
  });

  it('says so where the ring no longer holds all of it', () => {
    const hub = hubOf({ recentCalls: 2 });
    const sinceMs = world.clock.wallMs();
    for (const requestId of ['a', 'b', 'c']) publish(requestId);
    const client = admit(hub, ALL, sinceMs);
    expect(client.story()).toEqual(['system.ws.drop_notice', 'b', 'c']);
    expect(client.events()).toContainEqual(
      expect.objectContaining({ reason: 'resume_gap', dropped_events: 1 }),
    );
  });
});

describe('closing', () => {
  it('sends what waits, says goodbye, and takes no more', () => {
    const hub = hubOf();
    const client = admit(hub);
    publish('last');
    hub.close();
    publish('too late');
    world.clock.advance(GATHERED_MS);
    expect(client.story()).toEqual(['last']);
    expect(client.socket.ended[0]).toBe(1001);
    expect(hub.hasRoom()).toBe(false);
  });

  it('has room for so many clients and no more', () => {
    const hub = hubOf({ clients: 2 });
    admit(hub);
    const second = admit(hub);
    expect(hub.hasRoom()).toBe(false);
    second.socket.terminate();
    expect(hub.hasRoom()).toBe(true);
  });
});
