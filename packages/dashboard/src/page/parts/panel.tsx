import type { ComponentChildren, JSX } from 'preact';

import type { Staleness } from '../model/staleness.ts';

export interface PanelProps {
  /** Also the panel's id in the page. */
  readonly name: string;
  readonly title: string;
  /** To the right of the title. */
  readonly aside?: ComponentChildren;
  /** Absent for what does not grow old. */
  readonly staleness?: Staleness;
  readonly children: ComponentChildren;
}

/** One titled part of the page. Shows by itself that its numbers are old. */
export function Panel({ name, title, aside, staleness, children }: PanelProps): JSX.Element {
  const titleId = `${name}-title`;
  return (
    <section
      class={staleness?.isStale === true ? 'panel is-stale' : 'panel'}
      id={name}
      aria-labelledby={titleId}
    >
      <header class="panel-head">
        <h2 id={titleId}>{title}</h2>
        {aside}
      </header>
      {staleness?.problem !== undefined && <p class="panel-problem">{staleness.problem}</p>}
      <div class="panel-body">{children}</div>
    </section>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}
