import type { JSX } from 'preact';

import type { Link } from '../live/event-stream.ts';
import { formatAge, formatTime } from '../model/format.ts';
import { Icon } from '../parts/icon.tsx';
import type { PanelProps } from './panel-props.ts';

/**
 * Says that the page is not live, since when, and when it tries again. Screen readers hear the fact
 * once; the seconds that count are not read out.
 */
export function ConnectionBanner({ state, feeder }: PanelProps): JSX.Element {
  const link = state.link.value;
  return (
    <section class="banner-slot" aria-label="Connection">
      <p class="visually-hidden" role="status">
        {announcement(link)}
      </p>
      {link.kind === 'lost' && (
        <div class="banner" id="connection-banner">
          <Icon name="stop" />
          <p>
            <strong>Connection lost at {formatTime(link.lostAtMs)}.</strong> What you see is from
            before. <span aria-hidden="true">{retryText(link, state.nowMs.value)}</span>
          </p>
          <button type="button" onClick={() => feeder.reconnectNow()}>
            Try now
          </button>
        </div>
      )}
    </section>
  );
}

function announcement(link: Link): string {
  if (link.kind === 'lost') return `Connection lost at ${formatTime(link.lostAtMs)}.`;
  return link.kind === 'live' ? 'Live.' : 'Connecting.';
}

function retryText(link: Extract<Link, { kind: 'lost' }>, nowMs: number): string {
  if (link.retryAtMs === undefined || link.retryAtMs <= nowMs) return 'Connecting…';
  return `Next try in ${formatAge(link.retryAtMs - nowMs + 999)}.`;
}
