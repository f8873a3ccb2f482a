import type { EventBus, KeyedHash, Log } from '@netscope/domain';
import type { MetricsEngine } from '@netscope/metrics-engine';
import type { HostMonitor } from '@netscope/network-probe/host';

import type { Edges } from './edges/edges.ts';

/** What every part is built on. */
export interface Foundation extends Edges {
  readonly bus: EventBus;
  readonly log: Log;
  readonly metrics: MetricsEngine;
  /** Looks from `start` on. */
  readonly host: HostMonitor;
  /** Digests keys, targets and bodies where `audit.hash.kind` is `hmac`. */
  readonly keyedHash: KeyedHash | undefined;
  /** Trace id of what the process says of itself (invariant I4). */
  readonly processTraceId: string;
}
