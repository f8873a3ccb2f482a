import type { JSX } from 'preact';

import type { CallView } from '../model/call-view.ts';
import { Badge } from '../parts/badge.tsx';

const OUTCOME_TEXTS: Readonly<Record<CallView['outcome'], string>> = {
  responded: 'responded',
  timed_out: 'timed out',
  refused: 'refused',
  failed: 'failed',
  aborted: 'aborted',
};

export type OutcomeFacts = Pick<CallView, 'outcome' | 'delivered' | 'statusCode' | 'errorCode'>;

/** What a call came to: its status where there is one, else its outcome. */
export function OutcomeBadge({ call }: { readonly call: OutcomeFacts }): JSX.Element {
  const { delivered, statusCode, errorCode, outcome } = call;
  const text = statusCode === undefined ? OUTCOME_TEXTS[outcome] : String(statusCode);
  const title = errorCode ?? OUTCOME_TEXTS[outcome];
  if (delivered) return <Badge tone="good" icon="check" text={text} title={title} />;
  if (outcome === 'responded')
    return <Badge tone="warn" icon="warning" text={text} title={title} />;
  return <Badge tone="bad" icon="stop" text={text} title={title} />;
}
