import type {
  AuditStatus,
  DependencyReadiness,
  IntakeHold,
  ReadinessReport,
  SourceStatus,
} from '@netscope/domain';

export type Phase = ReadinessReport['phase'];

export interface ReadinessFacts {
  readonly source: SourceStatus;
  readonly audit: AuditStatus;
  readonly holds: readonly IntakeHold[];
  /** Dead letters that cannot be written, and why. */
  readonly unwritten: { readonly letters: number; readonly error: string | undefined };
}

/**
 * Ready once the source was first assigned and the spool takes events, until the drain begins. An
 * outage after that degrades: the page must stay reachable in an incident.
 */
export function readinessOf(
  phase: Phase,
  { source, audit, holds, unwritten }: ReadinessFacts,
): ReadinessReport {
  const dependencies = [
    sourceReadiness(source),
    auditReadiness('spool', audit),
    auditReadiness('store', audit),
    routesReadiness(holds),
    lettersReadiness(unwritten),
  ];
  const isStarting = !source.assigned;
  return {
    ready: phase === 'running' && !isStarting,
    phase: phase === 'running' && isStarting ? 'starting' : phase,
    dependencies,
  };
}

function sourceReadiness(source: SourceStatus): DependencyReadiness {
  const { assigned, state, reason } = source;
  const name = 'source';
  if (!assigned) return { name, state: 'down', reason: reason ?? 'not assigned yet' };
  const lost = lostOffsets(source);
  if (lost !== undefined) return { name, state: 'degraded', reason: lost };
  const missing = missingTopics(source);
  if (missing !== undefined) return { name, state: 'degraded', reason: missing };
  if (state === 'running') return { name, state: 'up', reason: undefined };
  return { name, state: 'degraded', reason: reason ?? state };
}

/** A route that its park guard paused waits for an operator; what operators hold, they know of. */
function routesReadiness(holds: readonly IntakeHold[]): DependencyReadiness {
  const guarded = holds.filter(({ by }) => by === 'park_guard');
  const name = 'routes';
  if (guarded.length === 0) return { name, state: 'up', reason: undefined };
  const reasons = guarded.map((hold) => `${hold.name} is paused: ${hold.reason}`);
  return { name, state: 'degraded', reason: reasons.join('; ') };
}

/** Records that are to be parked and cannot be hold their offsets until they are. */
function lettersReadiness({ letters, error }: ReadinessFacts['unwritten']): DependencyReadiness {
  const name = 'dead_letters';
  if (letters === 0) return { name, state: 'up', reason: undefined };
  const what = letters === 1 ? '1 dead letter' : `${letters} dead letters`;
  return { name, state: 'degraded', reason: `${what} cannot be written: ${error ?? 'unknown'}` };
}

/** Partitions that stand still until somebody seeks. */
function lostOffsets({ partitions }: SourceStatus): string | undefined {
  const lost = partitions.flatMap((at) =>
    at.lost === undefined ? [] : `${at.topic}/${at.partition} at ${at.lost.committed}`,
  );
  if (lost.length === 0) return undefined;
  return `the log does not hold the offset of ${lost.join(', ')}: seek to go on`;
}

/** Topics that were deleted; the others are read on. */
function missingTopics({ missingTopics: topics }: SourceStatus): string | undefined {
  if (topics.length === 0) return undefined;
  return `not in the cluster: ${topics.join(', ')}; each is read from its start once it is there again`;
}

/** Trouble of one half of the audit path says nothing of the other. */
function auditReadiness(half: 'spool' | 'store', audit: AuditStatus): DependencyReadiness {
  const name = `audit_${half}`;
  const reason = audit.troubles[half];
  if (reason === undefined) return { name, state: 'up', reason };
  // The store's absence is bridged; a spool that takes no event stops all calls.
  const isDown = half === 'spool' && audit.state === 'down';
  return { name, state: isDown ? 'down' : 'degraded', reason };
}
