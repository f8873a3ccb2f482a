import { type NetScopeEvent, type Severity, SEVERITIES } from '@netscope/domain';

/** Which events a client wants. */
export interface LiveFilter {
  /** And what is worse. */
  readonly severity: Severity;
  /** Of calls only: events of the system belong to no group and pass. */
  readonly routeGroup: string | undefined;
}

export function passes(filter: LiveFilter, event: NetScopeEvent): boolean {
  if (SEVERITIES.indexOf(event.severity) < SEVERITIES.indexOf(filter.severity)) return false;
  if (filter.routeGroup === undefined || event.eventType !== 'network.request.completed') {
    return true;
  }
  return event.call.context.routeGroup === filter.routeGroup;
}

/** The same for the same filter. */
export function filterKey(filter: LiveFilter): string {
  return `${filter.severity} ${filter.routeGroup === undefined ? '' : `=${filter.routeGroup}`}`;
}
