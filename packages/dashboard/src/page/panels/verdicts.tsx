import type { JSX } from 'preact';

import { formatShare } from '../model/format.ts';
import { stalenessOf } from '../model/staleness.ts';
import { PARTIES } from '../model/verdict.ts';
import { Empty, Panel } from '../parts/panel.tsx';
import type { PanelProps } from './panel-props.ts';

/** Which party held the calls of the window up. */
export function Verdicts({ state }: PanelProps): JSX.Element {
  const { value, problem } = state.metrics.value;
  const shares = value?.verdict_shares;
  const isKnown = shares !== undefined && PARTIES.some(({ party }) => shares[party] > 0);
  return (
    <Panel
      name="verdicts"
      title="Who held calls up"
      staleness={stalenessOf(state.link.value.kind, problem)}
    >
      {isKnown ? (
        <>
          <div class="shares" aria-hidden="true">
            {PARTIES.filter(({ party }) => shares[party] > 0).map(({ party }) => (
              <span
                key={party}
                class={`party-${party}`}
                style={{ width: `${shares[party] * 100}%` }}
              />
            ))}
          </div>
          <dl class="share-legend">
            {PARTIES.filter(({ party }) => shares[party] > 0).map(({ party, text }) => (
              <div key={party}>
                <dt class={`party-${party}`}>{text}</dt>
                <dd>{formatShare(shares[party])}</dd>
              </div>
            ))}
          </dl>
        </>
      ) : (
        <Empty>No call of this window has a verdict.</Empty>
      )}
    </Panel>
  );
}
