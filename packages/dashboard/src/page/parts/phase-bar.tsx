import type { WirePhases } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { formatMs } from '../model/format.ts';
import { PHASES, phaseSlices } from '../model/phases.ts';

const WIDTH = 1000;
const HEIGHT = 10;

export interface PhaseBarProps {
  /** Absent where no attempt began. */
  readonly phases: WirePhases | undefined;
  /** What the whole width stands for, ms. */
  readonly scaleMs: number;
  /** Where the attempt began on that scale, ms. */
  readonly offsetMs?: number;
}

/** The phases of one attempt, end to end. */
export function PhaseBar({ phases, scaleMs, offsetMs = 0 }: PhaseBarProps): JSX.Element {
  if (phases === undefined) return <span class="phase-none">no attempt was made</span>;
  const shiftX = scaleMs > 0 ? (offsetMs / scaleMs) * WIDTH : 0;
  const slices = phaseSlices(phases, scaleMs);
  return (
    <svg
      class="phase-bar"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={slices.map(({ name, ms }) => `${name} ${formatMs(ms)}`).join(', ')}
    >
      {slices.map(({ name, ms, start, width }) => (
        <rect
          key={name}
          class={`phase-${name}`}
          x={shiftX + start * WIDTH}
          width={width * WIDTH}
          height={HEIGHT}
        >
          <title>{`${name} ${formatMs(ms)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

/** Which colour is which phase. */
export function PhaseLegend(): JSX.Element {
  return (
    <ul class="phase-legend" aria-label="Phases of an attempt">
      {PHASES.map(({ name, meaning }) => (
        <li key={name} title={meaning}>
          <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
            <rect class={`phase-${name}`} width="10" height="10" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
