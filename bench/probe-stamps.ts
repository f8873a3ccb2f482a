import process from 'node:process';

import type { Clock } from '@netscope/domain';
import { type NativeLibrary, NetworkProbe } from '@netscope/network-probe';
import { Pool } from 'undici';

import { followedBy, MeasuredCall, send } from './measured-call.ts';
import { median } from './statistics.ts';

const UNTIMED = 2000;

export interface StampsCostOptions {
  readonly origin: string;
  readonly clock: Clock;
  readonly native: NativeLibrary;
  /** Of a block. */
  readonly calls: number;
  readonly inFlight: number;
  /** Of blocks, one without receive stamps and one with them. */
  readonly pairs: number;
}

/** What a call costs the process, all of its threads, us of CPU. */
export interface StampsCost {
  readonly withoutUs: number;
  readonly withUs: number;
  /** Median over pairs of blocks of what receive stamps add. */
  readonly addedUs: number;
  readonly callsPerSecond: number;
}

/** What receive stamps cost: the same measured calls, blocks without and with them in turn. */
export async function stampsCost(options: StampsCostOptions): Promise<StampsCost> {
  const pairs: { withoutUs: number; withUs: number; addedUs: number }[] = [];
  const rates: number[] = [];
  for (let pair = -1; pair < options.pairs; pair += 1) {
    const without = await block(options, false);
    const withStamps = await block(options, true);
    // The first pair warms up.
    if (pair < 0) continue;
    const [withoutUs, withUs] = [without.us, withStamps.us];
    pairs.push({ withoutUs, withUs, addedUs: withUs - withoutUs });
    rates.push(withStamps.callsPerSecond);
  }
  return {
    withoutUs: median(pairs.map(({ withoutUs }) => withoutUs)),
    withUs: median(pairs.map(({ withUs }) => withUs)),
    addedUs: median(pairs.map(({ addedUs }) => addedUs)),
    callsPerSecond: median(rates),
  };
}

async function block(
  options: StampsCostOptions,
  receiveStamps: boolean,
): Promise<{ readonly us: number; readonly callsPerSecond: number }> {
  const { origin, clock, native, calls, inFlight } = options;
  const probe = new NetworkProbe(clock, native, { receiveStamps });
  probe.start();
  if (probe.capabilities().receiveStamps !== receiveStamps) throw new Error(probe.stampsMissing);
  const connect = followedBy(probe);
  const pool = new Pool(origin, { connections: inFlight, pipelining: 1, allowH2: false, connect });
  const makeAll = async (count: number): Promise<void> => {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const call = new MeasuredCall(clock, probe);
        send(pool, call);
        await call.tookMs;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  };
  await makeAll(Math.min(UNTIMED, calls));
  const beganMs = clock.monotonicMs();
  const before = process.cpuUsage();
  await makeAll(calls);
  const { user, system } = process.cpuUsage(before);
  const tookMs = clock.monotonicMs() - beganMs;
  await pool.close();
  probe.close();
  return { us: (user + system) / calls, callsPerSecond: (calls * 1000) / tookMs };
}
