import { ManualClock } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { OpossumCircuit } from '../src/opossum-circuit.ts';

const options = { failureRate: 0.2, windowMs: 10_000, minimumAttempts: 20 };

function recordAll(circuit: OpossumCircuit, samples: readonly boolean[]): string {
  for (const sample of samples) circuit.record(sample);
  return circuit.state;
}

const repeat = (times: number, sample: boolean): boolean[] =>
  Array.from({ length: times }, () => sample);

describe('opossum as a state machine', () => {
  test('opens at the failure rate, in the call that reaches it', () => {
    const circuit = new OpossumCircuit(options, new ManualClock());
    expect(recordAll(circuit, [...repeat(16, true), ...repeat(3, false)])).toBe('closed');
    expect(circuit.record(false)).toBe('open');
  });

  test('does not open below it, nor before its minimum', () => {
    const below = new OpossumCircuit(options, new ManualClock());
    expect(recordAll(below, [...repeat(81, true), ...repeat(19, false)])).toBe('closed');
    const early = new OpossumCircuit(options, new ManualClock());
    expect(recordAll(early, repeat(19, false))).toBe('closed');
  });

  test('counts successes and failures alike', () => {
    const circuit = new OpossumCircuit(options, new ManualClock());
    recordAll(circuit, [true, false, true, true]);
    expect(circuit.counts()).toEqual({ attempts: 4, failures: 1 });
  });

  test('turns its window by the injected clock and needs no timer', () => {
    const clock = new ManualClock();
    const circuit = new OpossumCircuit(options, clock);
    circuit.record(false);
    clock.advance(5000);
    circuit.record(true);
    expect(circuit.counts().attempts).toBe(2);
    clock.advance(5000);
    expect(circuit.counts()).toEqual({ attempts: 1, failures: 0 });
    clock.advance(1_000_000);
    expect(circuit.counts().attempts).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    [true, 'closed'],
    [false, 'open'],
  ] as const)('half-open, one sample decides: %s leads to %s', (sample, state) => {
    const circuit = new OpossumCircuit(options, new ManualClock());
    circuit.open();
    expect(circuit.state).toBe('open');
    circuit.halfOpen();
    expect(circuit.state).toBe('half_open');
    expect(circuit.counts().attempts).toBe(0);
    expect(circuit.record(sample)).toBe(state);
  });

  test('a failed sample is no unhandled rejection, and what it keeps does not grow', async () => {
    const clock = new ManualClock();
    const circuit = new OpossumCircuit(options, clock);
    recordAll(circuit, repeat(10, false));
    await new Promise((resolve) => void setImmediate(resolve));
    expect(circuit.counts().failures).toBe(10);
  });
});
