import type {
  AuditStatus,
  DependencyReadiness,
  ReadinessReport,
  SourceStatus,
} from '@netscope/domain';

export type Phase = ReadinessReport['phase'];

/**
 * Ready once the source was first assigned and the spool takes events, until the drain begins. An
 * outage after that degrades: the page must stay reachable in an incident.
 */
export function readinessOf(
  phase: Phase,
  source: SourceStatus,
  audit: AuditStatus,
): ReadinessReport {
  const dependencies = [
    sourceReadiness(source),
    auditReadiness('spool', audit),
    auditReadiness('store', audit),
  ];
  const isStarting = !source.assigned;
  return {
    ready: phase === 'running' && !isStarting,
    phase: phase === 'running' && isStarting ? 'starting' : phase,
    dependencies,
  };
}

function sourceReadiness({ assigned, state, reason }: SourceStatus): DependencyReadiness {
  const name = 'source';
  if (!assigned) return { name, state: 'down', reason: reason ?? 'not assigned yet' };
  if (state === 'running') return { name, state: 'up', reason: undefined };
  return { name, state: 'degraded', reason: reason ?? state };
}

/** Trouble of one half of the audit path says nothing of the other. */
function auditReadiness(half: 'spool' | 'store', audit: AuditStatus): DependencyReadiness {
  const name = `audit_${half}`;
  if (audit.affected !== half) return { name, state: 'up', reason: undefined };
  return { name, state: 'degraded', reason: audit.reason };
}
