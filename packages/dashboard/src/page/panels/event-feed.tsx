import type { JSX } from 'preact';

import type { FeedTone } from '../model/feed.ts';
import { formatTime } from '../model/format.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { PanelProps } from './panel-props.ts';

const ICONS: Readonly<Record<FeedTone, IconName>> = {
  good: 'check',
  warn: 'warning',
  bad: 'stop',
  plain: 'ring',
};

/** Changes of circuits, of backpressure and of the audit path, and what this page missed. */
export function EventFeed({ state }: PanelProps): JSX.Element {
  const items = state.feed.value;
  return (
    <Panel name="feed" title="Events">
      {items.length === 0 && <Empty>Nothing since this page was opened.</Empty>}
      <ol class="feed" tabIndex={items.length === 0 ? -1 : 0} aria-label="Events, newest first">
        {items.map((item) => (
          <li key={item.id} class={`tone-${item.tone}`}>
            <Icon name={ICONS[item.tone]} />
            <p class="feed-title">{item.title}</p>
            <time>{formatTime(item.atMs)}</time>
            <p class="feed-text">{item.text}</p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
