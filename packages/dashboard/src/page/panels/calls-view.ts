import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

import type { DashboardState } from '../live/dashboard-state.ts';
import type { CallFilter } from '../model/call-log.ts';
import type { CallView } from '../model/call-view.ts';

/** How the reader looks at the list of calls. */
export interface CallsView {
  readonly filter: Signal<CallFilter>;
  readonly limit: Signal<number>;
  /** Whether a bar's length stands for its own call or for one scale of time. */
  readonly scale: Signal<'share' | 'time'>;
  readonly isPaused: Signal<boolean>;
  readonly isPointed: Signal<boolean>;
  readonly openId: Signal<string | undefined>;
}

/** The calls to draw, and how many have ended since where the list stands still. */
export interface HeldCalls {
  readonly calls: readonly CallView[];
  readonly isHeld: boolean;
  readonly newer: number;
}

interface Snapshot {
  readonly calls: readonly CallView[];
  /** `CallLog.added` when it was taken. */
  readonly added: number;
  /** The filter and limit it was taken with. */
  readonly key: string;
}

const LIMIT_FIRST = 25;

export function useCallsView(): CallsView {
  return {
    filter: useSignal<CallFilter>({ show: 'all', upstream: '' }),
    limit: useSignal(LIMIT_FIRST),
    scale: useSignal<'share' | 'time'>('time'),
    isPaused: useSignal(false),
    isPointed: useSignal(false),
    openId: useSignal<string | undefined>(undefined),
  };
}

/** Follows the log, unless the list is held; a change of filter is shown even then. */
export function useHeldCalls(state: DashboardState, view: CallsView): HeldCalls {
  const { callLog, callLogVersion } = state;
  const taken = useRef<Snapshot>({ calls: [], added: 0, key: '' });
  const filter = view.filter.value;
  const limit = view.limit.value;
  const key = `${filter.show} ${limit} ${filter.upstream}`;
  const isHeld = view.isPaused.value || view.isPointed.value || view.openId.value !== undefined;
  // Reading the version is what brings the next redraw.
  const isUnread = callLogVersion.value > 0 && !isHeld;
  if (isUnread || taken.current.key !== key) {
    taken.current = { calls: callLog.latest(filter, limit), added: callLog.added, key };
  }
  return { calls: taken.current.calls, isHeld, newer: callLog.added - taken.current.added };
}
