import type { NetworkMetrics, UpstreamState } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { formatCount, formatMs, formatRate, formatShare } from '../model/format.ts';
import { stalenessOf } from '../model/staleness.ts';
import { Meter } from '../parts/meter.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { CircuitCell } from './circuit-cell.tsx';
import type { PanelProps } from './panel-props.ts';

type UpstreamWindow = NetworkMetrics['upstreams'][string];

/** Each upstream: its circuit and why, how full it is, and how its calls went. */
export function Upstreams({ state }: PanelProps): JSX.Element {
  const { value, problem, atMs } = state.resilience.value;
  const windows = state.metrics.value.value?.upstreams ?? {};
  const names = Object.keys(value?.upstreams ?? {});
  return (
    <Panel
      name="upstreams"
      title="Upstreams"
      staleness={stalenessOf(state.link.value.kind, problem)}
    >
      {value !== undefined && names.length === 0 && <Empty>No upstream is configured.</Empty>}
      {value === undefined && <Empty>Waiting for the first answer.</Empty>}
      <ul class="upstreams">
        {Object.entries(value?.upstreams ?? {}).map(([name, upstream]) => (
          <UpstreamRow
            key={name}
            name={name}
            upstream={upstream}
            calls={windows[name]}
            answerAgeMs={Math.max(0, state.nowMs.value - (atMs ?? state.nowMs.value))}
            nowMs={state.nowMs.value}
          />
        ))}
      </ul>
    </Panel>
  );
}

interface UpstreamRowProps {
  readonly name: string;
  readonly upstream: UpstreamState;
  /** Absent until the metrics were asked. */
  readonly calls: UpstreamWindow | undefined;
  readonly answerAgeMs: number;
  readonly nowMs: number;
}

function UpstreamRow(props: UpstreamRowProps): JSX.Element {
  const { name, upstream, calls, answerAgeMs, nowMs } = props;
  const { bulkhead } = upstream;
  return (
    <li class="upstream" data-upstream={name} data-circuit={upstream.circuit.state}>
      <div class="upstream-head">
        <h3 title={name}>{name}</h3>
        <CircuitCell upstream={upstream} answerAgeMs={answerAgeMs} nowMs={nowMs} />
      </div>
      <dl class="upstream-figures">
        <div>
          <dt>In flight</dt>
          <dd>
            {formatCount(bulkhead.in_flight)}
            <span class="of"> / {formatCount(bulkhead.in_flight_max)}</span>
            <Meter
              label={`${name}: in flight`}
              value={bulkhead.in_flight}
              max={bulkhead.in_flight_max}
            />
          </dd>
        </div>
        <div>
          <dt title="attempts in the circuit's window; the mark is where it opens">Failures</dt>
          <dd>
            {formatCount(upstream.circuit.window_failures)}
            <span class="of"> / {formatCount(upstream.circuit.window_attempts)}</span>
            <FailureMeter name={name} circuit={upstream.circuit} />
          </dd>
        </div>
        <Cell title="Waiting" text={formatCount(bulkhead.queue_depth)} />
        <Cell title="Calls" text={calls && `${formatRate(calls.requests_per_sec)}/s`} />
        <Cell title="Not delivered" text={calls && formatShare(calls.error_rate)} />
        <Cell title="p95" text={calls && formatMs(calls.latency_ms.p95)} />
        <div class="is-spare">
          <dt>Retries left</dt>
          <dd>{formatCount(Math.floor(upstream.budget.left))}</dd>
        </div>
      </dl>
    </li>
  );
}

function Cell({ title, text }: { title: string; text: string | undefined }): JSX.Element {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{text ?? '–'}</dd>
    </div>
  );
}

interface FailureMeterProps {
  readonly name: string;
  readonly circuit: UpstreamState['circuit'];
}

/** The share of failed attempts in the circuit's window; the mark is where it opens. */
function FailureMeter({ name, circuit }: FailureMeterProps): JSX.Element {
  const share =
    circuit.window_attempts === 0 ? 0 : circuit.window_failures / circuit.window_attempts;
  return (
    <Meter
      label={`${name}: share of failed attempts`}
      value={share}
      max={1}
      mark={circuit.threshold}
      warnFrom={circuit.threshold}
    />
  );
}
