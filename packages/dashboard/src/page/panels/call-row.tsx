import type { WireCall } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import type { CallView } from '../model/call-view.ts';
import { formatMs, formatTime } from '../model/format.ts';
import { phasesTotalMs } from '../model/phases.ts';
import { Icon } from '../parts/icon.tsx';
import { PhaseBar } from '../parts/phase-bar.tsx';
import { CallDetail } from './call-detail.tsx';
import { OutcomeBadge } from './outcome-badge.tsx';

export interface CallRowProps {
  readonly call: CallView;
  /** What the whole bar stands for, ms; absent where each bar stands for its own call. */
  readonly scaleMs: number | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly readDetail: () => Promise<WireCall | undefined>;
}

/** One call in one line; opens to its attempts. */
export function CallRow(props: CallRowProps): JSX.Element {
  const { call, isOpen, onToggle, readDetail } = props;
  const { phases } = call;
  const scaleMs = props.scaleMs ?? (phases === undefined ? 0 : phasesTotalMs(phases));
  return (
    <li class={isOpen ? 'call is-open' : 'call'} data-request-id={call.requestId}>
      <button type="button" class="call-line" aria-expanded={isOpen} onClick={onToggle}>
        <span class="call-time">{formatTime(call.atMs)}</span>
        <OutcomeBadge call={call} />
        <span class="call-where">
          <span class="call-upstream">{call.upstream}</span>
          <span class="call-record">{call.record}</span>
        </span>
        <span class="call-attempts">
          {call.attempts > 1 && (
            <span class="tag" title={`${call.attempts} attempts`}>
              {call.attempts}×<span class="visually-hidden"> attempts</span>
            </span>
          )}
        </span>
        <span class="call-latency">{formatMs(call.latencyMs)}</span>
        <span class="call-bar">
          <PhaseBar phases={phases} scaleMs={scaleMs} />
        </span>
        <Icon name="chevron" />
      </button>
      {isOpen && <CallDetail read={readDetail} />}
    </li>
  );
}
