import { ManualClock, RecordingLog } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import { SourceHealth } from '../src/source-health.ts';

let clock: ManualClock;
let log: RecordingLog;
let health: SourceHealth;

beforeEach(() => {
  clock = new ManualClock();
  log = new RecordingLog();
  health = new SourceHealth(clock, log);
  health.enter('running');
});

describe('a client of several brokers', () => {
  it('is connected while one of them answers, whatever the others do', () => {
    for (let second = 0; second < 60; second += 1) {
      clock.advance(500);
      health.onTrouble('Connection error: connect ECONNREFUSED');
      clock.advance(500);
      expect(health.status()).toEqual({ state: 'running', reason: undefined });
      health.onContact();
    }
    expect(log.lines).toEqual([]);
  });

  it('is disconnected where none does, and says so once', () => {
    health.onContact();
    for (let tries = 0; tries < 5; tries += 1) {
      clock.advance(1000);
      health.onTrouble('Connection timeout');
    }
    expect(health.status()).toEqual({ state: 'disconnected', reason: 'Connection timeout' });
    health.onContact();
    expect(health.status().state).toBe('running');
    expect(log.lines.map(({ event }) => event)).toEqual(['kafka.disconnected', 'kafka.connected']);
  });

  it('tells of brokers that come and go at most every half minute', () => {
    for (let round = 0; round < 20; round += 1) {
      clock.advance(3000);
      health.onTrouble('Connection timeout');
      health.onContact();
    }
    expect(log.count('kafka.disconnected')).toBe(2);
    expect(log.count('kafka.connected')).toBe(2);
  });

  it('is disconnected by silence alone', () => {
    clock.advance(5000);
    expect(health.status()).toEqual({ state: 'disconnected', reason: 'no answer for 5 s' });
  });
});
