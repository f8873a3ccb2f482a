import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { hostSampleSchema } from '@netscope/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HostDesk } from '../../src/host/host-desk.ts';
import type { HostReply } from '../../src/host/host-messages.ts';
import type { HostNativeLoad } from '../../src/host/host-native.ts';

const MISSING: HostNativeLoad = { kind: 'missing', reason: 'it is not built' };

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'netscope-desk-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function desk(load: HostNativeLoad, historyFile = path.join(folder, 'h.sqlite')): HostDesk {
  return new HostDesk({ historyFile, historyBytesMax: 1 << 22 }, load);
}

function look(from: HostDesk, atMs = 1_771_578_000_000): Extract<HostReply, { kind: 'looked' }> {
  const reply = from.handle({ kind: 'look', atMs });
  if (reply.kind !== 'looked') throw new Error(JSON.stringify(reply));
  return reply;
}

describe('before the first look', () => {
  it('answers with a history that is empty', () => {
    const question = { metric: 'cpu.usage_percent', fromMs: 0, toMs: 60_000 };
    expect(desk(MISSING).handle({ kind: 'history', question })).toMatchObject({
      kind: 'history',
      answer: { kind: 'series', points: [] },
    });
  });
});

describe('without the native library', () => {
  it('tells what Node itself knows, and why it is no more', () => {
    const reply = look(desk(MISSING));
    expect(reply.origin).toEqual({ kind: 'node', reason: 'it is not built' });
    const sample = hostSampleSchema.parse(JSON.parse(reply.sample));
    expect(sample.cpu?.count).toBe(os.cpus().length);
    expect(sample.memory?.total_bytes).toBe(os.totalmem());
    expect(sample.process?.pid).toBe(process.pid);
    expect(sample.process?.rss_bytes).toBeGreaterThan(0);
    for (const part of ['disks', 'pressure', 'cgroup', 'tcp'] as const) {
      expect(sample[part]).toBeUndefined();
    }
  });

  it('has no percent in the first look', () => {
    const from = desk(MISSING);
    const first = hostSampleSchema.parse(JSON.parse(look(from).sample));
    expect(first.cpu?.usage_percent).toBeUndefined();
    expect(first.process?.usage_percent).toBeUndefined();
    expect(first.interval_ms).toBeUndefined();
    const second = hostSampleSchema.parse(JSON.parse(look(from).sample));
    expect(second.interval_ms).toBeGreaterThan(0);
    expect(second.process?.usage_percent).toBeGreaterThanOrEqual(0);
  });

  it('answers a look with the values that the history keeps, by their names there', () => {
    const from = desk(MISSING);
    look(from);
    const { sample, values } = look(from, 1_771_578_001_000);
    const { process: own } = hostSampleSchema.parse(JSON.parse(sample));
    expect(values['process.rss_bytes']).toBe(own?.rss_bytes);
    const known = from.handle({
      kind: 'history',
      question: { metric: 'nothing', fromMs: 0, toMs: 1 },
    });
    const metrics =
      known.kind === 'history' && known.answer.kind === 'unknown_metric' && known.answer.metrics;
    expect(metrics).toEqual(Object.keys(values).toSorted());
  });

  it('knows its own process by its pid, no other, and no socket', () => {
    const from = desk(MISSING);
    expect(from.handle({ kind: 'process', pid: process.pid })).toMatchObject({
      process: { pid: process.pid, total_time_ns: expect.any(Number) },
    });
    expect(from.handle({ kind: 'process', pid: 1 })).toEqual({
      kind: 'process',
      process: undefined,
    });
    expect(from.handle({ kind: 'sockets' })).toEqual({ kind: 'sockets', sockets: undefined });
  });
});

describe('the history', () => {
  it('keeps what was looked at', () => {
    const from = desk(MISSING);
    look(from);
    const question = { metric: 'load.load1', fromMs: 0, toMs: 2_000_000_000_000 };
    expect(from.handle({ kind: 'history', question })).toMatchObject({
      answer: { kind: 'series', points: [{}] },
    });
  });

  it('says why it cannot take anything, while the looks go on', () => {
    const from = desk(MISSING, path.join(folder, 'not-there', 'h.sqlite'));
    const { historyFault } = look(from);
    expect(historyFault).toContain('unable to open');
    const question = { metric: 'load.load1', fromMs: 0, toMs: 1 };
    expect(from.handle({ kind: 'history', question })).toMatchObject({
      answer: { kind: 'unavailable', reason: historyFault },
    });
  });
});

it('answers failed where the library throws or tells nonsense', () => {
  const nonsense = (json: string): HostNativeLoad => ({
    kind: 'loaded',
    native: { collect: () => json, process: () => json, connections: () => json },
  });
  for (const json of ['{', '{}', '[]', '{"collection_us":-1}']) {
    expect(desk(nonsense(json)).handle({ kind: 'look', atMs: 0 }).kind).toBe('failed');
    expect(desk(nonsense(json)).handle({ kind: 'process', pid: 1 }).kind).toBe('failed');
  }
});
