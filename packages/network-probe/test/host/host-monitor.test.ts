import type { HostSample } from '@netscope/domain';
import { ManualClock, RecordingLog } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import type { HostReply, HostRequest } from '../../src/host/host-messages.ts';
import { HostMonitor } from '../../src/host/host-monitor.ts';
import type { HostAnswerer } from '../../src/host/host-thread.ts';

/** A thread whose answers the test gives. */
class ScriptedThread implements HostAnswerer {
  readonly asked: { readonly request: HostRequest; readonly answer: (reply: HostReply) => void }[] =
    [];
  ended = false;

  ask(request: HostRequest): Promise<HostReply> {
    const waiting = Promise.withResolvers<HostReply>();
    this.asked.push({ request, answer: waiting.resolve });
    return waiting.promise;
  }

  async end(): Promise<void> {
    this.ended = true;
  }

  async answer(reply: HostReply): Promise<void> {
    this.asked.at(-1)?.answer(reply);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

const SAMPLE: HostSample = {
  collection_us: 100,
  load: { load1: 1, load5: 2, load15: 3 },
};

const VALUES = { 'load.load1': 1 };

function looked(atMs: number, historyFault?: string): HostReply {
  const origin = { kind: 'native', reason: undefined } as const;
  const sample = JSON.stringify(SAMPLE);
  return { kind: 'looked', atMs, sample, values: VALUES, origin, historyFault };
}

let clock: ManualClock;
let log: RecordingLog;
let thread: ScriptedThread;
let monitor: HostMonitor;
let told: unknown[];

beforeEach(() => {
  clock = new ManualClock();
  log = new RecordingLog();
  thread = new ScriptedThread();
  const start = (): HostAnswerer => thread;
  told = [];
  monitor = new HostMonitor({
    dataDir: '/nowhere',
    intervalMs: 1000,
    clock,
    timers: clock,
    log,
    onLook: (atMs, values) => told.push([atMs, values]),
    start,
  });
});

describe('the monitor', () => {
  it('does nothing before it is started', async () => {
    clock.advance(10_000);
    expect(thread.asked).toEqual([]);
    expect(monitor.latest()).toBeUndefined();
    expect(monitor.origin().reason).toContain('not looked at yet');
    expect(await monitor.sockets()).toBeUndefined();
    expect(await monitor.history({ metric: 'a', fromMs: 0, toMs: 1 })).toMatchObject({
      kind: 'unavailable',
    });
  });

  it('looks at once, and then at its interval', async () => {
    monitor.start();
    const atMs = clock.wallMs();
    expect(thread.asked.map(({ request }) => request)).toEqual([{ kind: 'look', atMs }]);
    await thread.answer(looked(atMs));
    expect(monitor.latest()).toEqual({ atMs, sample: SAMPLE });
    expect(told).toEqual([[atMs, VALUES]]);
    clock.advance(999);
    expect(thread.asked).toHaveLength(1);
    clock.advance(1);
    expect(thread.asked).toHaveLength(2);
  });

  it('never asks for a look while one is under way', async () => {
    monitor.start();
    clock.advance(5000);
    expect(thread.asked).toHaveLength(1);
    await thread.answer(looked(clock.wallMs()));
    clock.advance(0);
    expect(thread.asked).toHaveLength(2);
  });

  it('tells a trouble of the history once, and again after it was over', async () => {
    monitor.start();
    for (const fault of ['disk full', 'disk full', undefined, 'disk full']) {
      await thread.answer(looked(clock.wallMs(), fault));
      clock.advance(1000);
    }
    expect(log.count('host.history_failed')).toBe(2);
    expect(log.count('host.observed')).toBe(1);
  });

  it('goes on asking a thread that fails, and answers that nothing is known', async () => {
    monitor.start();
    await thread.answer({ kind: 'failed', reason: 'the thread of the host has ended' });
    expect(monitor.latest()).toBeUndefined();
    expect(log.count('host.look_failed')).toBe(1);
    expect(told).toEqual([]);
    clock.advance(1000);
    expect(thread.asked).toHaveLength(2);
  });

  it('ends its thread and its timer', async () => {
    monitor.start();
    await thread.answer(looked(clock.wallMs()));
    await monitor[Symbol.asyncDispose]();
    expect(thread.ended).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
