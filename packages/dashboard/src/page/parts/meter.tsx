import type { JSX } from 'preact';

export interface MeterProps {
  /** For those who cannot see it. */
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** From this share on it is drawn as a warning. */
  readonly warnFrom?: number;
  /** Share at which a mark is drawn. */
  readonly mark?: number;
}

/** How full something bounded is. */
export function Meter({ label, value, max, warnFrom = 0.9, mark }: MeterProps): JSX.Element {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <span
      class={share >= warnFrom && value > 0 ? 'meter is-high' : 'meter'}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
    >
      <span class="meter-fill" style={{ width: `${share * 100}%` }} />
      {mark !== undefined && <span class="meter-mark" style={{ left: `${mark * 100}%` }} />}
    </span>
  );
}
