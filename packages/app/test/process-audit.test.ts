import type { AuditEvent, AuditSink, CircuitStateName, OffsetLoss } from '@netscope/domain';
import { DirectEventBus, ManualClock, RecordingLog, SeededRandom } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import { ProcessAudit } from '../src/process-audit.ts';

const TRACE = 'f'.repeat(32);
const CALL_TRACE = 'a'.repeat(32);
const LOSS: OffsetLoss = {
  topic: 'orders',
  partition: 3,
  committed: 5,
  position: 7,
  logStart: 8,
  logEnd: 10,
  action: 'held',
};

describe('What the process says of itself', () => {
  let clock: ManualClock;
  let bus: DirectEventBus;
  let log: RecordingLog;
  let written: AuditEvent[];
  /** Of every event that is written from now on. */
  let durable: Promise<void>;
  let audit: ProcessAudit;

  beforeEach(() => {
    clock = new ManualClock();
    bus = new DirectEventBus();
    log = new RecordingLog();
    written = [];
    durable = Promise.resolve();
    const sink: AuditSink = {
      reserve: () => true,
      isBehind: false,
      release: () => undefined,
      append: (event) => {
        written.push(event);
        return durable;
      },
    };
    const foundation = { bus, clock, log, processTraceId: TRACE, random: new SeededRandom(1) };
    audit = new ProcessAudit(foundation, sink);
  });

  it('carries its own trace, a span and the time, and is there once it is durable', async () => {
    const spool = Promise.withResolvers<void>();
    durable = spool.promise;
    const steps: string[] = [];
    const writing = audit.write('system.started', { pid: 7 }).then(() => steps.push('written'));
    await nothingMore();
    expect(steps).toEqual([]);
    expect(written).toEqual([
      {
        kind: 'process',
        eventType: 'system.started',
        facts: { pid: 7 },
        severity: 'INFO',
        timestampMs: clock.wallMs(),
        traceId: TRACE,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/u),
      },
    ]);
    spool.resolve();
    await writing;
    expect(steps).toEqual(['written']);
  });

  it('rejects where it can never be durable', async () => {
    durable = Promise.reject(new Error('no disk'));
    await expect(audit.write('system.stopped', {})).rejects.toThrow('no disk');
  });

  it('tells of a lost offset on the live feed at once, and the same once durable in the trail', async () => {
    const spool = Promise.withResolvers<void>();
    durable = spool.promise;
    const steps: string[] = [];
    const telling = audit.offsetLost(LOSS).then(() => steps.push('told'));
    await nothingMore();
    const head = {
      severity: 'ERROR',
      timestampMs: clock.wallMs(),
      traceId: TRACE,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/u),
    };
    expect(bus.published).toEqual([
      { eventType: 'system.source.offset_lost', loss: LOSS, ...head },
    ]);
    expect(steps).toEqual([]);
    expect(written).toEqual([
      {
        kind: 'process',
        eventType: 'source.offset_lost',
        facts: {
          topic: 'orders',
          partition: 3,
          committed: '5',
          position: '7',
          log_start: '8',
          log_end: '10',
          action: 'held',
        },
        ...head,
      },
    ]);
    spool.resolve();
    await telling;
    expect(steps).toEqual(['told']);
  });

  it('leaves out of a lost offset what the broker did not tell', async () => {
    await audit.offsetLost({ ...LOSS, logStart: undefined, logEnd: undefined });
    expect(written).toMatchObject([{ facts: { committed: '5', action: 'held' } }]);
    expect(JSON.stringify(written)).not.toContain('log_');
  });

  it.each([
    ['missing', 'ERROR'],
    ['found', 'INFO'],
  ] as const)('tells the live feed alone of a topic that is %s', (state, severity) => {
    audit.topicChanged('orders', state);
    expect(bus.published).toMatchObject([
      { eventType: 'system.source.topic_changed', topic: 'orders', state, severity },
    ]);
    expect(written).toEqual([]);
  });

  it('has every change of a circuit, as it was told, until it follows no more', () => {
    const unfollow = audit.followCircuits();
    change('closed', 'open', 'ERROR');
    change('open', 'half_open', 'WARN');
    audit.topicChanged('orders', 'found');
    unfollow();
    change('half_open', 'closed', 'INFO');
    expect(bus.listeners).toBe(0);
    expect(written).toMatchObject([
      { kind: 'circuit', upstream: 'partner', from: 'closed', to: 'open', severity: 'ERROR' },
      { kind: 'circuit', upstream: 'partner', from: 'open', to: 'half_open', severity: 'WARN' },
    ]);
    // Of the process, not of the call that tipped it over.
    expect(written.map((event) => 'traceId' in event && event.traceId)).toEqual([TRACE, TRACE]);
  });

  it('logs a change of a circuit that cannot be written, and goes on', async () => {
    audit.followCircuits();
    durable = Promise.reject(new Error('no disk'));
    change('closed', 'open', 'ERROR');
    await nothingMore();
    expect(log.count('audit.unwritable')).toBe(1);
    durable = Promise.resolve();
    change('open', 'half_open', 'WARN');
    await nothingMore();
    expect(written).toHaveLength(2);
    expect(log.count('audit.unwritable')).toBe(1);
  });

  function change(
    from: CircuitStateName,
    to: CircuitStateName,
    severity: 'INFO' | 'WARN' | 'ERROR',
  ): void {
    bus.publish({
      eventType: 'system.circuit.changed',
      upstream: 'partner',
      from,
      to,
      reason: 'as told',
      severity,
      timestampMs: clock.wallMs(),
      traceId: CALL_TRACE,
    });
  }
});

/** Every promise that can go on has gone on. */
async function nothingMore(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
