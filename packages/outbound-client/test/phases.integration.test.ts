import process from 'node:process';

import { type Attempt, type OutboundResult, PHASE_NAMES, type PhaseName } from '@netscope/domain';
import { NetworkProbe } from '@netscope/network-probe';
import { realClock, SeededRandom } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { MIXED_KINDS, type MixedKind, MixedUpstreams } from './lab/mixed-upstreams.ts';
import { library } from './support/native.ts';
import { context, GatewayRig, neverAborted, permitOf, requestOf } from './support/rig.ts';

const CALLS = 20_000;
const AT_A_TIME = 48;
const US_PER_MS = 1000;
/** Far below a microsecond, far above what a double loses. */
const CLOCK_NOISE_US = 1e-4;
/** Of a kind's calls; a starved machine turns a few into something else. */
const EXPECTED_LEAST = 0.95;
/** Of each phase: a run that hardly saw one shows nothing of it. */
const SEEN_LEAST = 500;
const TIMEOUT_MS = 120_000;

function shuffled(): MixedKind[] {
  const random = new SeededRandom();
  const kinds = MIXED_KINDS.flatMap((kind) => Array.from({ length: kind.calls }, () => kind));
  for (let last = kinds.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.float() * (last + 1));
    const [a, b] = [kinds[last], kinds[other]];
    if (a !== undefined && b !== undefined) [kinds[last], kinds[other]] = [b, a];
  }
  return kinds;
}

function callOf(rig: GatewayRig, kind: MixedKind): Promise<OutboundResult> {
  const { upstream, abortAfterMs } = kind;
  const permit = permitOf(rig.gateway.admit(upstream));
  const request = requestOf({ upstream, ...kind.request });
  const signal = abortAfterMs === undefined ? neverAborted : AbortSignal.timeout(abortAfterMs);
  return rig.gateway.call({ request, context, permit }, signal);
}

/** What is wrong with an attempt's phases; empty where nothing is. */
function faultsOf(attempt: Attempt): readonly string[] {
  const { phasesMs, totalMs } = attempt;
  const faults: string[] = [];
  let sumUs = 0;
  for (const [name, ms] of Object.entries(phasesMs)) {
    const us = ms * US_PER_MS;
    // Also true of a phase that is there and undefined.
    if (!(Math.abs(us - Math.round(us)) < CLOCK_NOISE_US && us >= 0))
      faults.push(`${name}: ${us} us`);
    sumUs += Math.round(us);
  }
  if (sumUs !== Math.round(totalMs * US_PER_MS)) faults.push(`${sumUs} us of ${totalMs} ms`);
  const absent = absentIn(attempt).filter((name) => name in phasesMs);
  const lacked = presentIn(attempt).filter((name) => !(name in phasesMs));
  return [
    ...faults,
    ...absent.map((name) => `${name}, which did not happen`),
    ...lacked.map((name) => `no ${name}, which happened`),
  ];
}

/** What cannot have happened, by what else is known of the attempt. */
function absentIn({ outcome, reused, tls }: Attempt): readonly PhaseName[] {
  return [
    ...(reused === true ? (['dns', 'tcp', 'tls'] as const) : []),
    ...(reused === undefined ? (['write', 'wait', 'download'] as const) : []),
    ...(tls === undefined && outcome === 'responded' ? (['tls'] as const) : []),
    ...(outcome === 'refused' ? (['tls'] as const) : []),
    ...(outcome === 'timed_out' ? (['download'] as const) : []),
  ];
}

function presentIn({ outcome }: Attempt): readonly PhaseName[] {
  return outcome === 'responded' ? ['write', 'wait', 'download'] : [];
}

interface Tally {
  readonly outcomes: Record<string, number>;
  readonly phases: Record<string, number>;
  attempts: number;
  readonly faults: string[];
}

function count(tally: Tally, kind: MixedKind, result: OutboundResult): void {
  const { outcomes, phases, faults } = tally;
  outcomes[`${kind.name}: ${result.outcome}`] =
    (outcomes[`${kind.name}: ${result.outcome}`] ?? 0) + 1;
  let spentMs = 0;
  for (const attempt of result.attempts) {
    tally.attempts += 1;
    spentMs += attempt.totalMs + (attempt.backoffMs ?? 0);
    for (const name of Object.keys(attempt.phasesMs)) phases[name] = (phases[name] ?? 0) + 1;
    for (const fault of faultsOf(attempt)) faults.push(`${kind.name}: ${fault}`);
  }
  // Each is rounded to a microsecond of its own.
  const slackMs = (1 + 2 * result.attempts.length) / US_PER_MS;
  if (spentMs > result.latencyMs + slackMs) {
    faults.push(`${kind.name}: attempts of ${spentMs} ms in a call of ${result.latencyMs} ms`);
  }
}

test(
  'phases and what is left sum to the total of every attempt, to the microsecond, whatever becomes of it',
  { timeout: TIMEOUT_MS },
  async () => {
    await using upstreams = await MixedUpstreams.start();
    await using rig = new GatewayRig(
      {},
      { upstreams: upstreams.definitions, probe: new NetworkProbe(realClock, library) },
    );
    const kinds = shuffled();
    expect(kinds).toHaveLength(CALLS);
    const tally: Tally = { outcomes: {}, phases: {}, attempts: 0, faults: [] };
    const worker = async (): Promise<void> => {
      for (let kind = kinds.pop(); kind !== undefined; kind = kinds.pop()) {
        count(tally, kind, await callOf(rig, kind));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const { outcomes, phases, attempts, faults } = tally;
    process.stdout.write(`${JSON.stringify({ attempts, outcomes, phases }, undefined, 1)}\n`);
    expect(faults.slice(0, 20)).toEqual([]);
    expect(attempts).toBeGreaterThanOrEqual(CALLS);
    const odd = MIXED_KINDS.filter(
      ({ name, calls, outcome }) => (outcomes[`${name}: ${outcome}`] ?? 0) < calls * EXPECTED_LEAST,
    );
    expect(odd.map(({ name }) => name)).toEqual([]);
    expect(PHASE_NAMES.filter((name) => (phases[name] ?? 0) < SEEN_LEAST)).toEqual([]);
  },
);
