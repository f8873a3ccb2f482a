import type { JSX } from 'preact';

import { Icon, type IconName } from './icon.tsx';

type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface BadgeProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
  readonly title?: string;
}

/** A state in shape, colour and word. */
export function Badge({ tone, icon, text, title }: BadgeProps): JSX.Element {
  return (
    <span class={`badge tone-${tone}`} title={title ?? ''}>
      <Icon name={icon} />
      <span>{text}</span>
    </span>
  );
}

type Health = 'up' | 'degraded' | 'down';

const HEALTH_BADGES = {
  up: { tone: 'good', icon: 'check' },
  degraded: { tone: 'warn', icon: 'warning' },
  down: { tone: 'bad', icon: 'stop' },
} as const satisfies Record<Health, { tone: Tone; icon: IconName }>;

export function HealthBadge({ state }: { readonly state: Health }): JSX.Element {
  return <Badge {...HEALTH_BADGES[state]} text={state} />;
}
