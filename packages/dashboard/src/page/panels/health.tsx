import type { JSX } from 'preact';

import { stalenessOf } from '../model/staleness.ts';
import { HealthBadge } from '../parts/badge.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { PanelProps } from './panel-props.ts';

/** What the process leans on, and how it stands. */
export function Health({ state }: PanelProps): JSX.Element {
  const { value, problem } = state.readiness.value;
  const dependencies = Object.entries(value?.dependencies ?? {});
  return (
    <Panel
      name="health"
      title="Dependencies"
      staleness={stalenessOf(state.link.value.kind, problem)}
    >
      {dependencies.length === 0 && (
        <Empty>{value === undefined ? 'Waiting for the first answer.' : 'None.'}</Empty>
      )}
      <ul class="dependencies">
        {dependencies.map(([name, dependency]) => (
          <li key={name}>
            <span class="dependency-name">{name.replaceAll('_', ' ')}</span>
            <HealthBadge state={dependency.state} />
            {dependency.reason !== undefined && <p class="note">{dependency.reason}</p>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
