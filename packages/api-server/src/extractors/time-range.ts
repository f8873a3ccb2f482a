import type { HistoryQuestion } from '@netscope/domain';

import { refuseValue } from './query.ts';

const HOUR_MS = 3_600_000;

interface RangeQuery {
  readonly metric: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The range that is asked for: the last hour unless it says otherwise.
 * @throws {RequestError} `INVALID_QUERY_PARAM` where it runs backwards.
 */
export function historyQuestion({ metric, from, to }: RangeQuery, nowMs: number): HistoryQuestion {
  const toMs = to === undefined ? nowMs : parse(to);
  const fromMs = from === undefined ? toMs - HOUR_MS : parse(from);
  if (fromMs >= toMs) refuseValue('from', from ?? '', 'an instant before `to`');
  return { metric, fromMs, toMs };
}

function parse(timestamp: string): number {
  // oxlint-disable-next-line no-restricted-globals -- reads text; asks no clock
  return Date.parse(timestamp);
}
