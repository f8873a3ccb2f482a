import type { JSX } from 'preact';

import { writePreference } from '../edges/preferences.ts';
import type { Link } from '../live/event-stream.ts';
import { Badge, type BadgeProps } from '../parts/badge.tsx';
import { Choice } from '../parts/choice.tsx';
import type { PanelProps } from './panel-props.ts';
import { ThemeSwitch } from './theme-switch.tsx';
import { WINDOWS } from './windows.ts';

const LINK_BADGES: Readonly<Record<Link['kind'], BadgeProps>> = {
  connecting: { tone: 'plain', icon: 'ring', text: 'Connecting' },
  live: { tone: 'good', icon: 'check', text: 'Live' },
  lost: { tone: 'bad', icon: 'stop', text: 'Not live' },
};

/** Name, connection, readiness, and what the reader can choose for the whole page. */
export function PageHeader({ state, feeder }: PanelProps): JSX.Element {
  const version = state.liveness.value?.version;
  return (
    <header class="page-head">
      <h1>
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M7 17h4l3-8 4 14 3-9 1.500 3H25" />
        </svg>
        NetScope
        {version !== undefined && <span class="version">{version}</span>}
      </h1>
      <div class="page-state">
        <Badge {...LINK_BADGES[state.link.value.kind]} />
        <ReadinessBadge state={state} feeder={feeder} />
      </div>
      <div class="page-choices">
        <Choice
          label="Window of the figures"
          options={WINDOWS}
          chosen={state.window.value}
          onChoose={(window) => {
            writePreference('window', window);
            feeder.chooseWindow(window);
          }}
        />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function ReadinessBadge({ state }: PanelProps): JSX.Element {
  return <Badge {...readinessBadge(state)} />;
}

function readinessBadge({ readiness }: PanelProps['state']): BadgeProps {
  const { value, problem } = readiness.value;
  if (value === undefined || problem !== undefined) {
    return { tone: 'plain', icon: 'ring', text: 'Readiness unknown' };
  }
  if (value.phase !== 'running') {
    return { tone: 'warn', icon: 'warning', text: value.phase };
  }
  if (!value.ready) return { tone: 'bad', icon: 'stop', text: 'Not ready' };
  if (value.state === 'up') return { tone: 'good', icon: 'check', text: 'Ready' };
  return { tone: 'warn', icon: 'warning', text: `Ready, ${value.state}` };
}
