import type { Host as HostBody } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { bytesCeiling } from '../model/chart-geometry.ts';
import { formatAge, formatBytes, formatShare, formatTime } from '../model/format.ts';
import type { HostMetric } from '../model/host-series.ts';
import { stalenessOf } from '../model/staleness.ts';
import { LineChart } from '../parts/line-chart.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { HostFacts } from './host-facts.tsx';
import type { PanelProps } from './panel-props.ts';

/** The machine under this process, now and in the last minutes. */
export function Host({ state, feeder }: PanelProps): JSX.Element {
  const { value, problem } = state.host.value;
  return (
    <Panel
      name="host"
      title="Host and process"
      staleness={stalenessOf(state.link.value.kind, problem)}
      aside={value?.origin === 'node' && <span class="note">what Node itself knows</span>}
    >
      {value?.sampled_at === undefined ? (
        <Empty>Waiting for the first look.</Empty>
      ) : (
        <>
          {value.reason !== undefined && <p class="note">{value.reason}</p>}
          <HostCharts state={state} feeder={feeder} host={value} />
          <HostFacts host={value} />
        </>
      )}
    </Panel>
  );
}

type ValuesOf = (metric: HostMetric, by?: number) => (number | undefined)[];

interface ChartProps {
  readonly of: ValuesOf;
  readonly pointName: (index: number) => string;
  readonly start: string;
}

function HostCharts({ state, host }: PanelProps & { readonly host: HostBody }): JSX.Element {
  const { bucketMs, length } = state.hostSeries;
  const nowMs = state.nowMs.value;
  const spanMs = bucketMs * length;
  const common: ChartProps = {
    of: (metric, by = 1) =>
      state.hostSeries
        .values(metric, nowMs)
        .map((value) => (value === undefined ? value : value * by)),
    pointName: (index) => formatTime(nowMs - spanMs + index * bucketMs),
    start: `${formatAge(spanMs)} ago`,
  };
  return (
    <div class="host-charts">
      <CpuChart {...common} cpus={Math.max(1, host.cpu?.count ?? 1)} />
      <MemoryChart {...common} />
      {host.pressure === undefined ? <NoPressure /> : <PressureChart {...common} />}
    </div>
  );
}

function CpuChart({ of, cpus, ...common }: ChartProps & { readonly cpus: number }): JSX.Element {
  return (
    <LineChart
      title="CPU of all cores"
      format={formatShare}
      yMin={0.05}
      yLimit={1}
      {...common}
      lines={[
        { name: 'host', kind: 'calls', values: of('cpu.usage_percent', 0.01), filled: true },
        { name: 'this process', kind: 'p99', values: of('process.usage_percent', 0.01 / cpus) },
      ]}
    />
  );
}

function MemoryChart({ of, ...common }: ChartProps): JSX.Element {
  return (
    <LineChart
      title="Memory of this process"
      format={formatBytes}
      yCeiling={bytesCeiling}
      yMin={64 * 1024 * 1024}
      {...common}
      lines={[{ name: 'resident', kind: 'calls', values: of('process.rss_bytes'), filled: true }]}
    />
  );
}

function PressureChart({ of, ...common }: ChartProps): JSX.Element {
  return (
    <LineChart
      title="Pressure: time that work waited"
      format={formatShare}
      yMin={0.05}
      yLimit={1}
      {...common}
      lines={[
        { name: 'CPU', kind: 'p50', values: of('pressure.cpu.some_avg10', 0.01) },
        { name: 'I/O', kind: 'p95', values: of('pressure.io.some_avg10', 0.01) },
        { name: 'memory', kind: 'p99', values: of('pressure.memory.some_avg10', 0.01) },
      ]}
    />
  );
}

function NoPressure(): JSX.Element {
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">Pressure</span>
      </figcaption>
      <Empty>Not available here.</Empty>
    </figure>
  );
}
