import { loadNative, NetworkProbe } from '@netscope/network-probe';

import type { Foundation } from './foundation.ts';

/** The probe with the native library where there is one; that there is none is logged once. */
export function openProbe({ clock, log }: Pick<Foundation, 'clock' | 'log'>): NetworkProbe {
  const load = loadNative();
  if (load.library === undefined) {
    const lacks = 'what only the kernel knows of a call is absent: there is no native library';
    log.warn('probe.native_missing', lacks, { reason: load.reason });
  }
  return new NetworkProbe(clock, load.library);
}
