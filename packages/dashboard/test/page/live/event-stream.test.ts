import type { WireLiveEvent } from '@netscope/api-server/contract';
import { describe, expect, test } from 'vitest';

import { EventStream, type Link } from '../../../src/page/live/event-stream.ts';
import { ManualEdges } from '../../manual-edges.ts';

function setUp(): {
  edges: ManualEdges;
  stream: EventStream;
  links: Link[];
  events: WireLiveEvent[];
} {
  const edges = new ManualEdges();
  const links: Link[] = [];
  const events: WireLiveEvent[] = [];
  const stream = new EventStream(edges, {
    linkChanged: (link) => links.push(link),
    eventReceived: (event) => events.push(event),
  });
  return { edges, stream, links, events };
}

function heartbeat(timestamp: string, intervalMs = 2_000): string {
  return JSON.stringify({
    event_type: 'system.heartbeat',
    event_version: '1.0',
    timestamp,
    trace_id: 'f'.repeat(32),
    severity: 'INFO',
    interval_ms: intervalMs,
    uptime_seconds: 1,
  });
}

describe('the event stream', () => {
  test('is connecting, then live', () => {
    const { edges, stream, links } = setUp();
    stream.connect();
    edges.stream.listener.opened();
    expect(links).toEqual([{ kind: 'connecting' }, { kind: 'live' }]);
  });

  test('says since when it is lost, and resumes after the last event it heard', () => {
    const { edges, stream, links } = setUp();
    stream.connect();
    edges.stream.listener.opened();
    edges.stream.listener.received(heartbeat('2026-11-21T10:00:00.000Z'));
    const lostAtMs = edges.wallMs();
    edges.stream.listener.closed();
    expect(links.at(-1)).toMatchObject({ kind: 'lost', lostAtMs });
    edges.clock.advance(500);
    expect(edges.streams).toHaveLength(2);
    expect(edges.stream.since).toBe('2026-11-21T10:00:00.000Z');
    expect(links.at(-1)).toEqual({ kind: 'lost', lostAtMs, retryAtMs: undefined });
    edges.stream.listener.opened();
    expect(links.at(-1)).toEqual({ kind: 'live' });
  });

  test('waits longer after each failure, and starts over after a success', () => {
    const { edges, stream } = setUp();
    stream.connect();
    for (let failure = 0; failure < 8; failure += 1) {
      edges.stream.listener.closed();
      edges.clock.advance(10_000);
    }
    expect(edges.streams).toHaveLength(9);
    edges.stream.listener.closed();
    edges.clock.advance(4_000);
    expect(edges.streams).toHaveLength(9);
    edges.clock.advance(6_000);
    edges.stream.listener.opened();
    edges.stream.listener.closed();
    edges.clock.advance(500);
    expect(edges.streams).toHaveLength(11);
  });

  test('gives up a connection that misses three heartbeats', () => {
    const { edges, stream, links } = setUp();
    stream.connect();
    edges.stream.listener.opened();
    edges.stream.listener.received(heartbeat('2026-11-21T10:00:00.000Z', 4_000));
    edges.clock.advance(11_999);
    expect(links.at(-1)).toEqual({ kind: 'live' });
    edges.clock.advance(5_000);
    expect(links.at(-1)?.kind).toBe('lost');
    expect(edges.streams[0]?.isClosed).toBe(true);
  });

  test('stays while events come, however long', () => {
    const { edges, stream, links } = setUp();
    stream.connect();
    edges.stream.listener.opened();
    for (let beat = 0; beat < 60; beat += 1) {
      edges.stream.listener.received(heartbeat('2026-11-21T10:00:00.000Z'));
      edges.clock.advance(2_000);
    }
    expect(links.at(-1)).toEqual({ kind: 'live' });
  });

  test('does not listen to a connection it has given up', () => {
    const { edges, stream, links, events } = setUp();
    stream.connect();
    edges.stream.listener.closed();
    const before = links.length;
    const [first] = edges.streams;
    first?.listener.opened();
    first?.listener.received(heartbeat('2026-11-21T10:00:00.000Z'));
    first?.listener.closed();
    expect(links).toHaveLength(before);
    expect(events).toEqual([]);
  });

  test('tries at once when asked to, but leaves a live connection alone', () => {
    const { edges, stream } = setUp();
    stream.connect();
    edges.stream.listener.opened();
    stream.retryNow();
    expect(edges.streams).toHaveLength(1);
    edges.stream.listener.closed();
    stream.retryNow();
    expect(edges.streams).toHaveLength(2);
  });

  test.each(['', '{', 'null', '7'])('passes over %j', (text) => {
    const { edges, stream, events } = setUp();
    stream.connect();
    edges.stream.listener.opened();
    edges.stream.listener.received(text);
    expect(events).toEqual([]);
  });
});
