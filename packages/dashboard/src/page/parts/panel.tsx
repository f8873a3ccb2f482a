import type { ComponentChildren, JSX } from 'preact';

export interface PanelProps {
  /** Also the panel's id in the page. */
  readonly name: string;
  readonly title: string;
  /** To the right of the title. */
  readonly aside?: ComponentChildren;
  /** What is wrong with where its numbers come from; what it shows is then old. */
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/** One titled part of the page. Shows by itself that its numbers are old. */
export function Panel({ name, title, aside, problem, children }: PanelProps): JSX.Element {
  const titleId = `${name}-title`;
  return (
    <section
      class={problem === undefined ? 'panel' : 'panel is-stale'}
      id={name}
      aria-labelledby={titleId}
    >
      <header class="panel-head">
        <h2 id={titleId}>{title}</h2>
        {aside}
      </header>
      {problem !== undefined && <p class="panel-problem">{problem}</p>}
      <div class="panel-body">{children}</div>
    </section>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}
