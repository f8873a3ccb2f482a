import type { ConnectionTrace } from '@netscope/network-probe';

import { roundMs } from './round-ms.ts';

/** A connection that did not come to be: why, and how far it got. Never leaves this package. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  /** `late`: the kernel had the connection in time, and our event loop came too late to it. */
  readonly why: 'timeout' | 'late' | 'blocked' | 'error';
  readonly trace: ConnectionTrace;
  /** Monotonic: when it failed, or was due to. */
  readonly atMs: number;

  constructor(
    why: 'timeout' | 'late' | 'blocked' | 'error',
    where: { readonly trace: ConnectionTrace; readonly atMs: number },
    cause: unknown,
  ) {
    super(`connecting failed: ${why}`, { cause });
    this.why = why;
    this.trace = where.trace;
    this.atMs = where.atMs;
  }

  /** How long the connection was tried for, ms. */
  get elapsedMs(): number {
    return roundMs(this.atMs - this.trace.startedAtMs);
  }
}
