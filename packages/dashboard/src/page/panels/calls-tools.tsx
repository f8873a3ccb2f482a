import type { JSX } from 'preact';

import { formatPlural } from '../model/format.ts';
import { Choice } from '../parts/choice.tsx';
import { Icon } from '../parts/icon.tsx';
import type { CallsView, HeldCalls } from './calls-view.ts';

const SHOW_OPTIONS = [
  { value: 'all', text: 'All' },
  { value: 'failed', text: 'Not delivered' },
  { value: 'retried', text: 'Retried' },
] as const;

const SCALE_OPTIONS = [
  { value: 'time', text: 'Time' },
  { value: 'share', text: 'Share' },
] as const;

export interface CallsToolsProps {
  readonly view: CallsView;
  readonly held: HeldCalls;
  readonly upstreams: readonly string[];
}

/** Which calls to show, how to draw them, and whether the list may move. */
export function CallsTools({ view, held, upstreams }: CallsToolsProps): JSX.Element {
  return (
    <div class="calls-tools">
      <span class="held">{held.isHeld && `held · ${formatPlural(held.newer, 'newer call')}`}</span>
      <Choice
        label="Which calls"
        options={SHOW_OPTIONS}
        chosen={view.filter.value.show}
        onChoose={(show) => {
          view.filter.value = { ...view.filter.value, show };
        }}
      />
      {upstreams.length > 1 && <UpstreamSelect view={view} upstreams={upstreams} />}
      <Choice
        label="Length of the bars"
        options={SCALE_OPTIONS}
        chosen={view.scale.value}
        onChoose={(scale) => {
          view.scale.value = scale;
        }}
      />
      <PauseButton view={view} />
    </div>
  );
}

function PauseButton({ view: { isPaused } }: { readonly view: CallsView }): JSX.Element {
  const text = isPaused.value ? 'Let the list go on' : 'Hold the list';
  return (
    <button
      type="button"
      class="icon-button"
      aria-pressed={isPaused.value}
      aria-label={text}
      title={text}
      onClick={() => {
        isPaused.value = !isPaused.value;
      }}
    >
      <Icon name={isPaused.value ? 'play' : 'pause'} />
    </button>
  );
}

type UpstreamSelectProps = Pick<CallsToolsProps, 'view' | 'upstreams'>;

function UpstreamSelect({ view: { filter }, upstreams }: UpstreamSelectProps): JSX.Element {
  return (
    <select
      aria-label="Upstream"
      value={filter.value.upstream}
      onChange={(event) => {
        filter.value = { ...filter.value, upstream: event.currentTarget.value };
      }}
    >
      <option value="">every upstream</option>
      {upstreams.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
