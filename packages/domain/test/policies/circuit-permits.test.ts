import { CircuitPermits, type CircuitTicket } from '@netscope/domain';
import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  double,
  nat,
  oneof,
  property,
} from 'fast-check';
import { describe, expect, test } from 'vitest';

const options = { openMs: 5000, openMaxMs: 60_000, probeMaxMs: 1200 };

function ticketAt(permits: CircuitPermits, nowMs: number): CircuitTicket {
  permits.lapse(nowMs);
  const answer = permits.admit(nowMs);
  if (answer.kind === 'refused') throw new Error('the circuit refused');
  return answer.ticket;
}

/** Opened at 0 with no jitter, half-open from 5000 on. */
function halfOpen(): CircuitPermits {
  const permits = new CircuitPermits(options);
  permits.open(0, 0.5);
  permits.lapse(5000);
  return permits;
}

describe('CircuitPermits', () => {
  test('while open, it says how long', () => {
    const permits = new CircuitPermits(options);
    permits.open(0, 0.5);
    expect(permits.admit(1000)).toEqual({ kind: 'refused', retryAfterMs: 4000 });
    expect(permits.lapse(4999)).toBeUndefined();
    expect(permits.lapse(5000)).toBe('half_open');
  });

  test('half-open admits exactly one probe', () => {
    const permits = halfOpen();
    expect(ticketAt(permits, 5000).probe).toBe(true);
    expect(permits.admit(5000)).toEqual({ kind: 'refused', retryAfterMs: undefined });
  });

  test('openings double up to the maximum, and a success resets them', () => {
    const permits = new CircuitPermits(options);
    const durations = Array.from({ length: 6 }, () => permits.open(0, 0.5));
    expect(durations).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    permits.close();
    expect(permits.open(0, 0.5)).toBe(5000);
  });

  test('jitter moves an opening by a tenth at most, and never past the maximum', () => {
    const cases = property(double({ min: 0, max: 1, noNaN: true }), (chance) => {
      const permits = new CircuitPermits(options);
      const firstMs = permits.open(0, chance);
      expect(firstMs).toBeGreaterThanOrEqual(4500);
      expect(firstMs).toBeLessThanOrEqual(5500);
      for (let opening = 0; opening < 40; opening += 1) {
        expect(permits.open(0, chance)).toBeLessThanOrEqual(60_000);
      }
    });
    assert(cases);
  });

  test('a straggler admitted before the opening cannot settle the probe', () => {
    const permits = new CircuitPermits(options);
    const straggler = ticketAt(permits, 0);
    permits.open(0, 0.5);
    const probe = ticketAt(permits, 5000);
    expect(permits.hear(straggler, 'success')).toBe('ignored');
    expect(permits.hear(straggler, 'failure')).toBe('ignored');
    expect(permits.release(straggler)).toBe(false);
    expect(permits.hear(probe, 'success')).toBe('probe');
  });

  test('a probe given back unused frees its place', () => {
    const permits = halfOpen();
    const first = ticketAt(permits, 5000);
    expect(permits.release(first)).toBe(true);
    expect(permits.release(first)).toBe(false);
    expect(ticketAt(permits, 5000).probe).toBe(true);
    expect(permits.hear(first, 'success')).toBe('ignored');
  });

  test('a probe that is throttled neither closes nor opens and frees its place', () => {
    const permits = halfOpen();
    expect(permits.hear(ticketAt(permits, 5000), 'unheard')).toBe('ignored');
    expect(permits.state).toBe('half_open');
    expect(ticketAt(permits, 5000).probe).toBe(true);
  });

  test('a probe that never settles is lost when its time is over', () => {
    const permits = halfOpen();
    const probe = ticketAt(permits, 5000);
    expect(permits.lapse(6199)).toBeUndefined();
    expect(permits.lapse(6200)).toBe('probe_lost');
    permits.open(6200, 0.5);
    expect(permits.hear(probe, 'success')).toBe('ignored');
  });

  test("a probe's time starts anew when its attempt begins", () => {
    const permits = halfOpen();
    const probe = ticketAt(permits, 5000);
    expect(permits.begin(probe, 6000)).toBe(true);
    expect(permits.lapse(7199)).toBeUndefined();
    expect(permits.lapse(7200)).toBe('probe_lost');
  });

  test('failures in a row are counted, and a success ends the row', () => {
    const permits = new CircuitPermits(options);
    const ticket = ticketAt(permits, 0);
    for (const verdict of ['failure', 'failure', 'unheard'] as const) permits.hear(ticket, verdict);
    expect(permits.consecutiveFailures).toBe(2);
    permits.hear(ticket, 'success');
    expect(permits.consecutiveFailures).toBe(0);
  });

  test('whatever happens: one probe at a time, none while open, no ticket speaks twice', () => {
    const cases = property(array(step, { maxLength: 200 }), (run) => {
      const world = new World();
      for (const one of run) world.take(one);
      expect(world.faults).toEqual([]);
    });
    assert(cases);
  });
});

type Step =
  | { readonly kind: 'admit' | 'open' | 'close' }
  | { readonly kind: 'rest'; readonly ms: number }
  | { readonly kind: 'settle'; readonly which: number; readonly success: boolean }
  | { readonly kind: 'release'; readonly which: number };

const step: Arbitrary<Step> = oneof(
  constantFrom<Step>({ kind: 'admit' }, { kind: 'admit' }, { kind: 'open' }),
  nat(8000).map<Step>((ms) => ({ kind: 'rest', ms })),
  nat(20).map<Step>((which) => ({ kind: 'settle', which, success: which % 2 === 0 })),
  nat(20).map<Step>((which) => ({ kind: 'release', which })),
);

/** Drives the permits as their caller does, and notes what must not happen. */
class World {
  readonly faults: string[] = [];
  readonly #permits = new CircuitPermits(options);
  readonly #tickets: CircuitTicket[] = [];
  #nowMs = 0;
  #liveProbe: CircuitTicket | undefined;

  take(one: Step): void {
    if (this.#permits.lapse(this.#nowMs) === 'probe_lost') this.#open();
    if (one.kind === 'rest') this.#nowMs += one.ms;
    if (one.kind === 'open') this.#open();
    if (one.kind === 'admit') this.#admit();
    if (one.kind === 'settle') this.#settle(this.#tickets[one.which], one.success);
    if (one.kind === 'release') this.#release(this.#tickets[one.which]);
  }

  #open(): void {
    this.#permits.open(this.#nowMs, 0.5);
    this.#liveProbe = undefined;
  }

  #admit(): void {
    const before = this.#permits.state;
    const answer = this.#permits.admit(this.#nowMs);
    if (answer.kind === 'refused') return;
    this.#must(before !== 'open', 'admitted while open');
    this.#must(answer.ticket.probe === (before === 'half_open'), 'a probe outside half-open');
    if (answer.ticket.probe) {
      this.#must(this.#liveProbe === undefined, 'two probes');
      this.#liveProbe = answer.ticket;
    }
    this.#tickets.push(answer.ticket);
  }

  #settle(ticket: CircuitTicket | undefined, success: boolean): void {
    if (ticket === undefined) return;
    const isProbe = this.#permits.hear(ticket, success ? 'success' : 'failure') === 'probe';
    this.#must(isProbe === (this.#liveProbe === ticket), 'a straggler settled the probe');
    if (!isProbe) return;
    this.#liveProbe = undefined;
    if (success) this.#permits.close();
    else this.#open();
  }

  #release(ticket: CircuitTicket | undefined): void {
    if (ticket === undefined) return;
    const isFreed = this.#permits.release(ticket);
    this.#must(isFreed === (ticket === this.#liveProbe), 'a straggler freed the probe');
    if (isFreed) this.#liveProbe = undefined;
  }

  #must(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault);
  }
}
