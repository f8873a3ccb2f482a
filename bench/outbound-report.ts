import { median } from './statistics.ts';

/** Of one block of calls. */
export interface OutboundCost {
  /** CPU of the process, all threads, us a call. */
  readonly us: number;
  /** Median over its calls. */
  readonly latencyMs: number;
}

type Samples = ReadonlyMap<string, readonly OutboundCost[]>;

/** Lines for a person: what each side costs, and what the probe adds to a call of the gateway's. */
export function outboundReport(samples: Samples): readonly string[] {
  const floorUs = medianOf(samples.get('dispatch'), 'us');
  const sides = Array.from(samples, ([name, all]) => {
    const us = medianOf(all, 'us');
    const share = name === 'dispatch' ? '' : `, ${(us / floorUs).toFixed(2)} of dispatch`;
    const ms = medianOf(all, 'latencyMs').toFixed(3);
    return `${name.padEnd(10)} ${us.toFixed(1)} us CPU a call${share}; median latency ${ms} ms`;
  });
  return [...sides, ...['facts', 'stamps'].flatMap((name) => added(name, samples))];
}

/** Over the gateway without the native library, round by round: what the machine does cancels out. */
function added(name: string, samples: Samples): readonly string[] {
  const [without, all] = [samples.get('gateway'), samples.get(name)];
  if (without === undefined || all === undefined) return [];
  const pairs = all.flatMap((one, round) => {
    const other = without[round];
    return other === undefined ? [] : [[one, other] as const];
  });
  const us = median(pairs.map(([one, other]) => one.us - other.us));
  const share = median(pairs.map(([one, other]) => one.latencyMs / other.latencyMs - 1));
  const cost = `${us.toFixed(2)} us of CPU and ${(share * 100).toFixed(1)} % of the median latency`;
  return [`${name.padEnd(10)} adds ${cost} to a call, median of ${pairs.length} pairs`];
}

function medianOf(all: readonly OutboundCost[] | undefined, what: keyof OutboundCost): number {
  return median((all ?? []).map((cost) => cost[what]));
}
