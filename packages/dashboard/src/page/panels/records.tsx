import type { NetworkMetrics } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { formatAge, formatBytes, formatCount, formatPlural } from '../model/format.ts';
import { stalenessOf } from '../model/staleness.ts';
import { Badge, type BadgeProps } from '../parts/badge.tsx';
import { Meter } from '../parts/meter.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { Fact, Facts } from './facts.tsx';
import type { PanelProps } from './panel-props.ts';

type Source = NetworkMetrics['source'];

const SOURCE_BADGES: Readonly<Record<Source['state'], BadgeProps>> = {
  starting: { tone: 'plain', icon: 'ring', text: 'starting' },
  running: { tone: 'good', icon: 'check', text: 'running' },
  rebalancing: { tone: 'warn', icon: 'half', text: 'rebalancing' },
  disconnected: { tone: 'bad', icon: 'stop', text: 'disconnected' },
  stopped: { tone: 'plain', icon: 'ring', text: 'stopped' },
};

/** Where records come from, how many wait, and what became of the others. */
export function Records({ state }: PanelProps): JSX.Element {
  const { value, problem } = state.metrics.value;
  return (
    <Panel
      name="records"
      title="Records"
      staleness={stalenessOf(state.link.value.kind, problem)}
      aside={value && <Badge {...SOURCE_BADGES[value.source.state]} />}
    >
      {value === undefined ? (
        <Empty>Waiting for the first answer.</Empty>
      ) : (
        <>
          {value.source.reason !== undefined && <p class="note">{value.source.reason}</p>}
          <RecordFacts metrics={value} />
        </>
      )}
    </Panel>
  );
}

function RecordFacts({ metrics }: { readonly metrics: NetworkMetrics }): JSX.Element {
  const { source, records } = metrics;
  return (
    <Facts>
      <Fact name="Source">
        {source.kind === 'kafka' ? 'Kafka' : 'embedded'}, {partitionsText(source)}
      </Fact>
      <Fact name="Consumer lag">{lagText(source)}</Fact>
      <Fact name="In flight">
        {formatCount(records.in_flight)}
        <span class="of"> / {formatCount(records.in_flight_max)}</span>
        <Meter label="Records in flight" value={records.in_flight} max={records.in_flight_max} />
      </Fact>
      <Fact name="Waiting">
        {formatCount(records.waiting)}
        <span class="of">
          , {formatBytes(records.waiting_bytes)} / {formatBytes(records.waiting_bytes_max)}
        </span>
        <Meter
          label="Bytes that wait"
          value={records.waiting_bytes}
          max={records.waiting_bytes_max}
        />
      </Fact>
      <Fact name="Delivered">{formatCount(records.delivered)}</Fact>
      <Fact name="Parked">{formatCount(records.parked)}</Fact>
      <Fact name="Skipped">{formatCount(records.skipped)}</Fact>
    </Facts>
  );
}

function partitionsText(source: Source): string {
  const all = formatPlural(source.partitions, 'partition');
  return source.partitions_paused === 0
    ? all
    : `${all}, ${formatCount(source.partitions_paused)} paused`;
}

function lagText(source: Source): string {
  if (source.lag_records === null) return 'not known yet';
  const lag = formatPlural(source.lag_records, 'record');
  return source.lag_seconds === null ? lag : `${lag}, ${formatAge(source.lag_seconds * 1000)}`;
}
