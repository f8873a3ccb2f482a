import type { JSX } from 'preact';

import { formatAge, formatMs, formatRate, formatShare, formatTime } from '../model/format.ts';
import { type SeriesPoint, shownPoints } from '../model/live-series.ts';
import { LineChart } from '../parts/line-chart.tsx';
import type { PanelProps } from './panel-props.ts';

/** Rate, failures and latency of the last minutes, at most five, drawn from the live events themselves. */
export function Charts({ state }: PanelProps): JSX.Element {
  const { bucketMs } = state.series;
  const points = state.points.value.slice(-shownPoints(state.points.value));
  const spanMs = bucketMs * points.length;
  const startMs = state.nowMs.value - spanMs;
  const pointName = (index: number): string => formatTime(startMs + index * bucketMs);
  const of = (pick: (point: SeriesPoint) => number | undefined): (number | undefined)[] =>
    points.map((point) => (point === undefined ? undefined : pick(point)));
  const isStale = state.link.value.kind === 'lost';
  return (
    <section class={isStale ? 'charts is-stale' : 'charts'} aria-label="Last minutes" id="charts">
      <LineChart
        title="Calls a second"
        format={formatRate}
        yMin={1}
        pointName={pointName}
        start={`${formatAge(spanMs)} ago`}
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
        start={`${formatAge(spanMs)} ago`}
        lines={[{ name: 'failed', kind: 'errors', values: of((p) => p.errorShare), filled: true }]}
      />
      <LineChart
        title="Latency"
        format={formatMs}
        yMin={5}
        pointName={pointName}
        start={`${formatAge(spanMs)} ago`}
        lines={[
          { name: 'p50', kind: 'p50', values: of((p) => p.p50) },
          { name: 'p95', kind: 'p95', values: of((p) => p.p95) },
          { name: 'p99', kind: 'p99', values: of((p) => p.p99) },
        ]}
      />
    </section>
  );
}
