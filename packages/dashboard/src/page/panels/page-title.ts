import type { DashboardState } from '../live/dashboard-state.ts';

/** What the browser's tab says: what is wrong comes first, so that it is seen from afar. */
export function pageTitle({ link, resilience }: DashboardState): string {
  if (link.value.kind === 'lost') return 'Not live · NetScope';
  const open = Object.values(resilience.value.value?.upstreams ?? {}).filter(
    ({ circuit }) => circuit.state === 'open' || circuit.state === 'isolated',
  ).length;
  return open === 0 ? 'NetScope' : `${open} open · NetScope`;
}
