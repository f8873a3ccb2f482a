import type { IncidentReport } from './incident-report.ts';

/** The report for machines, its names in the form of all of NetScope's JSON. */
export function reportJson(report: IncidentReport): unknown {
  return snakeNames(report);
}

function snakeNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => snakeNames(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeNames(item),
    ]),
  );
}
