import type { EventBus, Log } from '@netscope/domain';
import type { MetricsEngine } from '@netscope/metrics-engine';

import type { Edges } from './edges/edges.ts';

/** What every part is built on. */
export interface Foundation extends Edges {
  readonly bus: EventBus;
  readonly log: Log;
  readonly metrics: MetricsEngine;
  /** Trace id of what the process says of itself (invariant I4). */
  readonly processTraceId: string;
}
