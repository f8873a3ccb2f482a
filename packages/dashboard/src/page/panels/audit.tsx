import type { AuditStatusBody } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { formatAge, formatBytes, formatCount } from '../model/format.ts';
import { stalenessOf } from '../model/staleness.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { HealthBadge } from '../parts/badge.tsx';
import { Meter } from '../parts/meter.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { Fact, Facts } from './facts.tsx';
import type { PanelProps } from './panel-props.ts';

const STORES = { rgw: 'Ceph RGW', s3: 'S3', directory: 'directory' } as const;

/** What is durable here and not yet in the store, and how the store takes it. */
export function Audit({ state }: PanelProps): JSX.Element {
  const { value, problem } = state.audit.value;
  return (
    <Panel
      name="audit"
      title="Audit"
      staleness={stalenessOf(state.link.value.kind, problem)}
      aside={value && <HealthBadge state={value.state} />}
    >
      {value === undefined ? (
        <Empty>Waiting for the first answer.</Empty>
      ) : (
        <AuditFacts status={value} nowMs={state.nowMs.value} />
      )}
    </Panel>
  );
}

interface AuditFactsProps {
  readonly status: AuditStatusBody;
  readonly nowMs: number;
}

function AuditFacts({ status, nowMs }: AuditFactsProps): JSX.Element {
  const dropped = Object.values(status.dropped).reduce((sum, count) => sum + count, 0);
  return (
    <>
      {status.reason !== undefined && <p class="note">{status.reason}</p>}
      <Facts>
        <Fact name="Backlog">
          {formatCount(status.spool_depth)} events
          <span class="of">, {formatBytes(status.backlog_bytes)}</span>
        </Fact>
        <Fact name="Oldest event">{oldestText(status, nowMs)}</Fact>
        <Fact name="Spool">
          {formatBytes(status.spool_bytes)}
          <span class="of"> / {formatBytes(status.spool_bytes_max)}</span>
          <Meter
            label="Spool"
            value={status.spool_bytes}
            max={status.spool_bytes_max}
            warnFrom={0.75}
          />
        </Fact>
        <Fact name="Store">{STORES[status.store]}</Fact>
        <Fact name="Last shipped">{shippedText(status, nowMs)}</Fact>
        <Fact name="Objects shipped">{formatCount(status.objects_shipped)}</Fact>
        {status.write_errors > 0 && <Fact name="Write errors">{errorText(status, nowMs)}</Fact>}
        {dropped > 0 && <Fact name="Not recorded">{formatCount(dropped)} events</Fact>}
        {status.quarantined_segments > 0 && (
          <Fact name="Unreadable segments">{formatCount(status.quarantined_segments)}</Fact>
        )}
      </Facts>
    </>
  );
}

function oldestText({ oldest_event: oldest }: AuditStatusBody, nowMs: number): string {
  return oldest === undefined ? 'none waits' : formatAge(nowMs - parseTimestamp(oldest));
}

function shippedText({ last_shipped: last }: AuditStatusBody, nowMs: number): string {
  if (last === undefined) return 'nothing yet';
  return `${formatBytes(last.bytes)}, ${formatAge(nowMs - parseTimestamp(last.at))} ago`;
}

function errorText(status: AuditStatusBody, nowMs: number): string {
  const count = formatCount(status.write_errors);
  const last = status.last_error;
  if (last === undefined) return count;
  return `${count}, last ${last.code} ${formatAge(nowMs - parseTimestamp(last.at))} ago`;
}
