import {
  AuditError,
  type AuditEvent,
  type AuditSink,
  type NetScopeEvent,
  type PartitionControl,
  type SeekCommand,
  SourceError,
} from '@netscope/domain';
import {
  DirectEventBus,
  ManualClock,
  RecordingLog,
  RecordingMetrics,
  SeededRandom,
} from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import { OperatorDesk } from '../src/operator-desk.ts';

const BY = { traceId: '0'.repeat(32), requestId: 'r-1', clientIp: '127.0.0.1' };
const SEEK: SeekCommand = { topic: 'orders', partition: 3, to: 'latest', reason: 'why', ...BY };

describe('A seek', () => {
  let steps: string[] = [];
  let reserved = 0;

  beforeEach(() => {
    steps = [];
    reserved = 0;
  });

  it('is in the trail before its offset is committed, and after', async () => {
    const log = new RecordingLog();
    const desk = deskOf({ seek: moving }, { log });
    expect(await desk.seek(SEEK)).toEqual({ kind: 'done', from: 5, offset: 9, audited: true });
    expect(steps).toEqual(['intended 5 9', 'moved', 'done 5 9']);
    expect(log.lines).toMatchObject([
      { event: 'operator.seek', fields: { trace_id: BY.traceId, request_id: BY.requestId } },
    ]);
  });

  it.each([
    { what: 'has no room', hasRoom: false, code: 'AUDIT_SPOOL_FULL', why: 'takes no event' },
    { what: 'has a slow disk', hasRoom: true, code: 'DEPENDENCY_UNAVAILABLE', why: 'the disk' },
  ])('moves nothing while the spool $what, and says so', async ({ hasRoom, code, why }) => {
    const clock = new ManualClock();
    const durable = new Promise<void>(() => undefined);
    const desk = deskOf({ seek: moving }, { clock, durable, hasRoom });
    const refused = desk.seek(SEEK).catch((error: unknown) => error);
    await waitOut(clock);
    await waitOut(clock);
    expect(await refused).toMatchObject({ code, message: expect.stringContaining(why) });
    expect(steps).toEqual(['intended 5 9', `failed 5 9 ${code}`]);
    expect(reserved).toBe(0);
  });

  it('moves nothing while the spool refuses its event', async () => {
    const full = new AuditError('AUDIT_SPOOL_FULL', 'memory is at its bound', {
      kind: 'transient',
    });
    const durable = Promise.reject(full);
    await expect(deskOf({ seek: moving }, { durable }).seek(SEEK)).rejects.toMatchObject({
      code: 'AUDIT_SPOOL_FULL',
    });
    expect(steps).not.toContain('moved');
  });

  it('is told as failed where the group takes no commit', async () => {
    const desk = deskOf({
      seek: async (_order, onMove) => {
        await onMove({ from: 5, offset: 9 });
        throw new SourceError('SOURCE_UNAVAILABLE', 'rebalancing', { kind: 'transient' });
      },
    });
    await expect(desk.seek(SEEK)).rejects.toThrow('rebalancing');
    expect(steps).toEqual(['intended 5 9', 'failed 5 9 SOURCE_UNAVAILABLE']);
  });

  it('leaves no trace where there is nothing to move', async () => {
    const outcome = { kind: 'out_of_range', logStart: 0, logEnd: 4 } as const;
    const desk = deskOf({ seek: async () => outcome });
    expect(await desk.seek({ ...SEEK, to: 5 })).toEqual(outcome);
    expect(steps).toEqual([]);
  });

  const moving: PartitionControl['seek'] = async (_order, onMove) => {
    await onMove({ from: 5, offset: 9 });
    steps.push('moved');
    return { kind: 'done', from: 5, offset: 9 };
  };

  function deskOf(
    partitions: PartitionControl,
    {
      clock = new ManualClock(),
      durable = Promise.resolve(),
      hasRoom = true,
      log = new RecordingLog(),
    } = {},
  ): OperatorDesk {
    const control = { control: () => ({ kind: 'unknown', known: [] }) as const };
    const sink: AuditSink = {
      reserve: () => {
        reserved += hasRoom ? 1 : 0;
        return hasRoom;
      },
      isBehind: false,
      release: () => {
        reserved -= 1;
      },
      append: (event) => {
        steps.push(saidBy(event));
        return durable;
      },
    };
    return new OperatorDesk({
      foundation: {
        bus: new DirectEventBus(),
        clock,
        log,
        metrics: new RecordingMetrics(),
        random: new SeededRandom(1),
        timers: clock,
      },
      sink,
      upstreams: control,
      topicsAndRoutes: control,
      partitions,
    });
  }
});

describe('An action', () => {
  it('is told on the live feed with the ids of its request', async () => {
    const clock = new ManualClock();
    const bus = new DirectEventBus();
    const told: NetScopeEvent[] = [];
    bus.subscribe((event) => told.push(event));
    const control = {
      control: () => ({ kind: 'done', state: 'isolated', changed: true }) as const,
    };
    const desk = new OperatorDesk({
      foundation: {
        bus,
        clock,
        log: new RecordingLog(),
        metrics: new RecordingMetrics(),
        random: new SeededRandom(1),
        timers: clock,
      },
      sink: {
        reserve: () => true,
        isBehind: false,
        release: () => undefined,
        append: async () => undefined,
      },
      upstreams: control,
      topicsAndRoutes: control,
      partitions: undefined,
    });
    const order = { target: 'upstream', name: 'partner', action: 'isolate' } as const;
    expect(await desk.act({ ...order, reason: 'why', ...BY })).toMatchObject({ audited: true });
    const { traceId, requestId } = BY;
    expect(told).toMatchObject([{ eventType: 'system.intake.changed', traceId, requestId }]);
  });
});

/** The wait for the spool, once it has begun. */
async function waitOut(clock: ManualClock): Promise<void> {
  while (clock.pendingTimers === 0) await Promise.resolve();
  clock.advance(2000);
}

function saidBy(event: AuditEvent): string {
  if (event.kind !== 'process') return event.kind;
  const { state, from, to, error_code: code = '' } = event.facts;
  return [state, from, to, code].join(' ').trim();
}
