import {
  type HistoryPoint,
  type HistoryQuestion,
  type HostOrigin,
  type HostPart,
  type HostView,
  isoTimestamp,
} from '@netscope/domain';

import type { Host, HostHistory } from '../contract.ts';

/** `view`: absent before the first look. */
export function hostDto(view: HostView | undefined, { kind, reason }: HostOrigin): Host {
  const sample = view?.sample ?? {};
  return {
    ...(view === undefined ? {} : { sampled_at: isoTimestamp(view.atMs) }),
    origin: kind,
    ...(reason === undefined ? {} : { reason }),
    capabilities: capabilitiesOf(sample),
    ...sample,
  };
}

function capabilitiesOf(sample: Partial<HostView['sample']>): Host['capabilities'] {
  const has = (part: HostPart): boolean => sample[part] !== undefined;
  return {
    cpu: has('cpu'),
    load: has('load'),
    memory: has('memory'),
    pressure: has('pressure'),
    disks: has('disks'),
    filesystems: has('filesystems'),
    interfaces: has('interfaces'),
    cgroup: has('cgroup'),
    limits: has('limits'),
    process: has('process'),
    tcp: has('tcp'),
  };
}

export function historyDto(
  { metric, fromMs, toMs }: HistoryQuestion,
  series: { readonly stepMs: number; readonly points: readonly HistoryPoint[] },
): HostHistory {
  return {
    metric,
    from: isoTimestamp(fromMs),
    to: isoTimestamp(toMs),
    step_ms: series.stepMs,
    points: series.points.map(({ atMs, min, max, mean }) => ({
      at: isoTimestamp(atMs),
      min,
      max,
      mean,
    })),
  };
}
