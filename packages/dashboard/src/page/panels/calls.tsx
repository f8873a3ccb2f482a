import type { JSX } from 'preact';

import { phasesTotalMs } from '../model/phases.ts';
import { stalenessOf } from '../model/staleness.ts';
import { Empty, Panel } from '../parts/panel.tsx';
import { PhaseLegend } from '../parts/phase-bar.tsx';
import { CallRow } from './call-row.tsx';
import { CallsTools } from './calls-tools.tsx';
import { type CallsView, useCallsView, useHeldCalls } from './calls-view.ts';
import type { PanelProps } from './panel-props.ts';

const LIMIT_MAX = 200;

/**
 * The last calls with their phases. The list stands still while it is paused, pointed at, or has a
 * call open: nobody can read or hit a row that moves.
 */
export function Calls({ state, feeder }: PanelProps): JSX.Element {
  const view = useCallsView();
  const held = useHeldCalls(state, view);
  return (
    <Panel
      name="calls"
      title="Last calls"
      staleness={stalenessOf(state.link.value.kind)}
      aside={<CallsTools view={view} held={held} upstreams={upstreamNames(state)} />}
    >
      <PhaseLegend />
      {held.calls.length === 0 && (
        <Empty>{state.callLog.added === 0 ? 'No calls yet.' : 'None of the last calls.'}</Empty>
      )}
      <ol
        class="calls"
        onPointerEnter={(event) => {
          view.isPointed.value = event.pointerType === 'mouse';
        }}
        onPointerLeave={() => {
          view.isPointed.value = false;
        }}
      >
        {held.calls.map((call) => (
          <CallRow
            key={call.requestId}
            call={call}
            scaleMs={view.scale.value === 'time' ? longestMs(held.calls) : undefined}
            isOpen={view.openId.value === call.requestId}
            onToggle={() => toggle(view, call.requestId)}
            readDetail={() => feeder.callDetail(call.requestId)}
          />
        ))}
      </ol>
      {held.calls.length === view.limit.value && view.limit.value < LIMIT_MAX && (
        <button type="button" class="more" onClick={() => showMore(view)}>
          Show more
        </button>
      )}
    </Panel>
  );
}

function upstreamNames(state: PanelProps['state']): readonly string[] {
  return Object.keys(state.resilience.value.value?.upstreams ?? {});
}

function longestMs(calls: ReturnType<typeof useHeldCalls>['calls']): number {
  return Math.max(
    0,
    ...calls.map(({ phases }) => (phases === undefined ? 0 : phasesTotalMs(phases))),
  );
}

function toggle({ openId }: CallsView, requestId: string): void {
  openId.value = openId.value === requestId ? undefined : requestId;
}

function showMore({ limit }: CallsView): void {
  limit.value = Math.min(LIMIT_MAX, limit.value * 2);
}
