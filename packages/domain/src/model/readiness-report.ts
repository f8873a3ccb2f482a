/** What the process leans on, and how it stands. */
export interface DependencyReadiness {
  /** Such as `source`, `audit_spool`, `audit_store`. */
  readonly name: string;
  /** `degraded`: an outage that is ridden out; `down`: no work can be taken because of it. */
  readonly state: 'up' | 'degraded' | 'down';
  /** Why, where the state is not `up`. */
  readonly reason: string | undefined;
}

/** Whether this process should get traffic, and why not. */
export interface ReadinessReport {
  /** False until the source was first assigned and the spool can be written, and while draining. */
  readonly ready: boolean;
  readonly phase: 'starting' | 'running' | 'draining';
  readonly dependencies: readonly DependencyReadiness[];
}
