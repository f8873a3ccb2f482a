import type { JSX } from 'preact';

import { formatCount, formatPlural } from '../model/format.ts';
import type { PanelProps } from './panel-props.ts';

/** What this NetScope can and cannot measure, and who else is watching. */
export function PageFooter({ state }: PanelProps): JSX.Element {
  const metrics = state.metrics.value.value;
  if (metrics === undefined) return <footer class="page-foot" />;
  const missing = Object.entries(metrics.capabilities)
    .filter(([, isThere]) => !isThere)
    .map(([name]) => name.replaceAll('_', ' '));
  return (
    <footer class="page-foot">
      <p>{missing.length > 0 && `Not measured here: ${missing.join(', ')}.`}</p>
      <p>
        {formatPlural(metrics.ws.clients, 'live client')}, {formatCount(metrics.ws.dropped_events)}{' '}
        events dropped.
      </p>
    </footer>
  );
}
