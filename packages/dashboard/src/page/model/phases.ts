import type { WirePhases } from '@netscope/api-server/contract';

export type PhaseName = keyof WirePhases;

/** In the order they happen; what could not be told comes last. */
export const PHASES: readonly { readonly name: PhaseName; readonly meaning: string }[] = [
  { name: 'queue', meaning: 'waiting for a connection' },
  { name: 'dns', meaning: 'looking the name up' },
  { name: 'tcp', meaning: 'opening the connection' },
  { name: 'tls', meaning: 'TLS handshake' },
  { name: 'write', meaning: 'writing the request' },
  { name: 'wait', meaning: 'waiting for the first byte' },
  { name: 'download', meaning: 'reading the response' },
  { name: 'unaccounted', meaning: 'not accounted for' },
];

/** One phase as a piece of a bar; `start` and `width` are shares of the bar, 0 to 1. */
export interface PhaseSlice {
  readonly name: PhaseName;
  readonly ms: number;
  readonly start: number;
  readonly width: number;
}

/**
 * Lays the phases end to end on a bar that stands for `scaleMs`. A phase that did not happen has no
 * piece; a negative remainder (two clocks' rounding) counts as 0.
 */
export function phaseSlices(phases: WirePhases, scaleMs: number): readonly PhaseSlice[] {
  const slices: PhaseSlice[] = [];
  let start = 0;
  for (const { name } of PHASES) {
    const ms = phases[name];
    if (ms === undefined || ms <= 0 || scaleMs <= 0) continue;
    const width = Math.min(ms / scaleMs, 1 - start);
    if (width > 0) slices.push({ name, ms, start, width });
    start += width;
  }
  return slices;
}

/** The sum of all phases, ms. */
export function phasesTotalMs(phases: WirePhases): number {
  return PHASES.reduce((sum, { name }) => sum + Math.max(0, phases[name] ?? 0), 0);
}
