import type { AuditStatusBody, NetworkMetrics } from '@netscope/api-server/contract';
import type { ComponentChildren, JSX } from 'preact';

import {
  formatAge,
  formatBytes,
  formatCount,
  formatMs,
  formatPlural,
  formatRate,
  formatShare,
} from '../model/format.ts';
import { stalenessOf } from '../model/staleness.ts';
import { Icon } from '../parts/icon.tsx';
import type { PanelProps } from './panel-props.ts';

interface Figure {
  readonly name: string;
  readonly title: string;
  readonly value: string;
  readonly unit?: string;
  readonly text: ComponentChildren;
  readonly tone?: 'warn' | 'bad';
  /** Why it has a tone, for those who cannot see it. */
  readonly alarm?: string;
}

/** The objective of `interfaces.md`: errors under 2 %. */
const ERROR_OBJECTIVE = 0.02;
/** The objective of `interfaces.md`: p95 under 400 ms. */
const P95_OBJECTIVE_MS = 400;

/** The six numbers to look at first, over the chosen window or as of now. */
export function KeyFigures({ state }: PanelProps): JSX.Element {
  const polled = state.metrics.value;
  const { isStale, problem } = stalenessOf(state.link.value.kind, polled.problem);
  return (
    <section class={isStale ? 'figures is-stale' : 'figures'} aria-label="Key figures" id="figures">
      {problem !== undefined && <p class="panel-problem">{problem}</p>}
      <dl>
        {figuresOf(polled.value, state.audit.value.value).map((figure) => (
          <div
            key={figure.name}
            id={`figure-${figure.name}`}
            class={`tone-${figure.tone ?? 'plain'}`}
          >
            <dt>{figure.title}</dt>
            <dd class="figure-value">
              {figure.value}
              {figure.unit !== undefined && <span class="figure-unit">{figure.unit}</span>}
              {figure.alarm !== undefined && (
                <>
                  <Icon name={figure.tone === 'bad' ? 'stop' : 'warning'} />
                  <span class="visually-hidden">{figure.alarm}</span>
                </>
              )}
            </dd>
            <dd class="figure-text">{figure.text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function figuresOf(
  metrics: NetworkMetrics | undefined,
  audit: AuditStatusBody | undefined,
): readonly Figure[] {
  const fromMetrics =
    metrics === undefined ? METRICS_WAITING : [...callFigures(metrics), ...stockFigures(metrics)];
  return [...fromMetrics, audit === undefined ? AUDIT_WAITING : auditFigure(audit)];
}

const METRICS_WAITING: readonly Figure[] = [
  waiting('rate', 'Calls'),
  waiting('errors', 'Not delivered'),
  waiting('latency', 'Latency p95'),
  waiting('inflight', 'In flight'),
  waiting('lag', 'Consumer lag'),
];

const AUDIT_WAITING = waiting('audit', 'Audit backlog');

function waiting(name: string, title: string): Figure {
  return { name, title, value: '–', text: '\u00A0' };
}

function callFigures(metrics: NetworkMetrics): readonly Figure[] {
  const { latency_ms: latency } = metrics;
  const isSlow = latency.p95 !== null && latency.p95 > P95_OBJECTIVE_MS;
  return [
    {
      name: 'rate',
      title: 'Calls',
      value: formatRate(metrics.requests_per_sec),
      unit: '/s',
      text: `${formatCount(metrics.totals.requests)} since the start`,
    },
    {
      name: 'errors',
      title: 'Not delivered',
      value: formatShare(metrics.error_rate),
      text: `${formatCount(metrics.errors)} of ${formatPlural(metrics.requests, 'call')}`,
      ...(metrics.error_rate > ERROR_OBJECTIVE && {
        tone: 'bad' as const,
        alarm: 'over the objective of 2 %',
      }),
    },
    {
      name: 'latency',
      title: 'Latency p95',
      value: formatMs(latency.p95),
      text: `p50 ${formatMs(latency.p50)} · p99 ${formatMs(latency.p99)}`,
      ...(isSlow && { tone: 'warn' as const, alarm: 'over the objective of 400 ms' }),
    },
  ];
}

function stockFigures({
  inflight_requests: inflight,
  queue_depth: queue,
  records,
  source,
}: NetworkMetrics): readonly Figure[] {
  return [
    {
      name: 'inflight',
      title: 'In flight',
      value: formatCount(inflight),
      text: queuedText(queue, records.oldest_waiting_ms),
    },
    {
      name: 'lag',
      title: 'Consumer lag',
      value: source.lag_records === null ? '–' : formatCount(source.lag_records),
      text:
        source.lag_seconds === null
          ? 'not known yet'
          : `${formatAge(source.lag_seconds * 1000)} behind`,
    },
  ];
}

/** From the same answer as the audit panel, so that the two agree. */
function auditFigure(audit: AuditStatusBody): Figure {
  return {
    name: 'audit',
    title: 'Audit backlog',
    value: formatCount(audit.spool_depth),
    text: `${formatBytes(audit.backlog_bytes)} · ${formatAge(audit.flush_lag_seconds * 1000)}`,
    ...(audit.state !== 'up' && {
      tone: audit.state === 'down' ? 'bad' : 'warn',
      alarm: `audit is ${audit.state}`,
    }),
  };
}

function queuedText(queue: number, oldestMs: number): string {
  const queued = `${formatCount(queue)} queued`;
  return oldestMs > 0 ? `${queued} · ${formatMs(oldestMs)} oldest` : queued;
}
