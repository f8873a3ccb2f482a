import type { ReadinessReport } from '@netscope/domain';

import type { Readiness } from '../contract.ts';

export function readinessDto(report: ReadinessReport): Readiness {
  const dependencies: Readiness['dependencies'] = {};
  for (const { name, state, reason } of report.dependencies) {
    dependencies[name] = reason === undefined ? { state } : { state, reason };
  }
  return { ready: report.ready, phase: report.phase, state: worstState(report), dependencies };
}

function worstState(report: ReadinessReport): Readiness['state'] {
  const states = new Set(report.dependencies.map(({ state }) => state));
  if (states.has('down')) return 'down';
  return states.has('degraded') ? 'degraded' : 'up';
}
