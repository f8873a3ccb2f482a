import type { Clock } from '@netscope/domain';
import { type NativeLibrary, NetworkProbe } from '@netscope/network-probe';
import { Pool } from 'undici';

import { BareCall, followedBy, MeasuredCall, send } from './measured-call.ts';
import { median } from './statistics.ts';

const WARM_UP_PAIRS = 10;
/** Of a new connection, before its block. */
const CALLS_UNTIMED = 5;
const OPTIONS = { connections: 1, pipelining: 1, allowH2: false } as const;

export interface ProbeLatencyOptions {
  readonly origin: string;
  readonly clock: Clock;
  readonly native: NativeLibrary;
  /** Of a block: few, so that both sides of a pair meet the same machine. */
  readonly calls: number;
  /** Of blocks: one without the probe, one with it. */
  readonly pairs: number;
}

/** Medians of calls one after the other, us. */
export interface ProbeLatency {
  readonly bareUs: number;
  readonly measuredUs: number;
  /** Median over pairs of blocks of how much longer the measured calls took, as a share. */
  readonly share: number;
}

/**
 * How much longer a call takes when it is measured: the same client on the same upstream, one call
 * at a time, blocks without and with the probe in turn.
 */
export async function probeLatency(options: ProbeLatencyOptions): Promise<ProbeLatency> {
  const { origin, clock, native, calls } = options;
  const probe = new NetworkProbe(clock, native);
  const bare = new Pool(origin, OPTIONS);
  const pairs: { bareUs: number; measuredUs: number }[] = [];
  for (let pair = -WARM_UP_PAIRS; pair < options.pairs; pair += 1) {
    const bareUs = await block(calls, () => call(bare, new BareCall(clock)));
    probe.start();
    // Its connection is watched by the probe that has just started.
    const followed = new Pool(origin, { ...OPTIONS, connect: followedBy(probe) });
    await block(CALLS_UNTIMED, () => call(followed, new MeasuredCall(clock, probe)));
    const measuredUs = await block(calls, () => call(followed, new MeasuredCall(clock, probe)));
    // Nobody listens to the client while the other side is timed.
    await followed.close();
    probe.close();
    if (pair >= 0) pairs.push({ bareUs, measuredUs });
  }
  await bare.close();
  return {
    bareUs: median(pairs.map(({ bareUs }) => bareUs)),
    measuredUs: median(pairs.map(({ measuredUs }) => measuredUs)),
    share: median(pairs.map(({ bareUs, measuredUs }) => measuredUs / bareUs - 1)),
  };
}

/** Median of a block's calls, us. */
async function block(calls: number, makeOne: () => Promise<number>): Promise<number> {
  const tookUs: number[] = [];
  for (let made = 0; made < calls; made += 1) tookUs.push((await makeOne()) * 1000);
  return median(tookUs);
}

function call(pool: Pool, handler: BareCall): Promise<number> {
  send(pool, handler);
  return handler.tookMs;
}
