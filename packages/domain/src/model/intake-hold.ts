/** What intake can be held back of. */
export type IntakeTarget = 'upstream' | 'topic' | 'route';

/** `isolate` and `release` are for upstreams alone; a route is paused by its park guard alone. */
export type IntakeAction = 'isolate' | 'release' | 'pause' | 'resume';

/** How a target stands; what is isolated and paused is `isolated`. */
export type IntakeStanding = 'running' | 'paused' | 'isolated';

/** A topic or route whose records are not called until somebody lets them. */
export interface IntakeHold {
  readonly target: 'topic' | 'route';
  readonly name: string;
  readonly by: 'operator' | 'park_guard';
  readonly reason: string;
  /** Wall clock, ms since the epoch. */
  readonly sinceMs: number;
}
