import type { JSX } from 'preact';

import { formatMs, formatRate, formatShare, formatTime } from '../model/format.ts';
import type { SeriesPoint } from '../model/live-series.ts';
import { LineChart } from '../parts/line-chart.tsx';
import type { PanelProps } from './panel-props.ts';

/** Rate, failures and latency of the last five minutes, drawn from the live events themselves. */
export function Charts({ state }: PanelProps): JSX.Element {
  const points = state.points.value;
  const { bucketMs, length } = state.series;
  const startMs = state.nowMs.value - bucketMs * length;
  const pointName = (index: number): string => formatTime(startMs + index * bucketMs);
  const of = (pick: (point: SeriesPoint) => number | undefined): (number | undefined)[] =>
    points.map((point) => (point === undefined ? undefined : pick(point)));
  const isStale = state.link.value.kind === 'lost';
  return (
    <section
      class={isStale ? 'charts is-stale' : 'charts'}
      aria-label="Last five minutes"
      id="charts"
    >
      <LineChart
        title="Calls a second"
        format={formatRate}
        yMin={1}
        pointName={pointName}
        lines={[
          { name: 'all', kind: 'calls', values: of((p) => p.callsPerSecond), filled: true },
          { name: 'failed', kind: 'errors', values: of((p) => p.errorsPerSecond), filled: true },
        ]}
      />
      <LineChart
        title="Share not delivered"
        format={formatShare}
        yMin={0.05}
        yLimit={1}
        pointName={pointName}
        lines={[{ name: 'failed', kind: 'errors', values: of((p) => p.errorShare), filled: true }]}
      />
      <LineChart
        title="Latency"
        format={formatMs}
        yMin={5}
        pointName={pointName}
        lines={[
          { name: 'p50', kind: 'p50', values: of((p) => p.p50) },
          { name: 'p95', kind: 'p95', values: of((p) => p.p95) },
          { name: 'p99', kind: 'p99', values: of((p) => p.p99) },
        ]}
      />
    </section>
  );
}
