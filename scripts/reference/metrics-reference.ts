import { COUNTERS, GAUGES, HISTOGRAMS } from '../../packages/domain/src/index.ts';
import {
  hostProcessFamilies,
  nodeFamilies,
} from '../../packages/metrics-engine/src/host-families.ts';
import { processFamilies } from '../../packages/metrics-engine/src/process-families.ts';

interface Definition {
  readonly help: string;
  readonly labels: readonly string[];
}

/** The reference page of the metrics, Markdown, made from the catalogue. */
export function metricsReference(): string {
  return [
    HEAD,
    table('Counters', COUNTERS),
    table('Histograms', HISTOGRAMS),
    table('Gauges', GAUGES),
    processTable(),
    hostTable(),
  ].join('\n');
}

const HEAD = `# Metrics reference

Made from the catalogue by \`node scripts/generate-reference.ts\`.

\`GET /metrics\` answers in Prometheus text, or in OpenMetrics where it is asked for, and then with trace ids as exemplars. Units are base units. Labels are route groups, upstreams and topics as configured, and enumerations: nothing of a record ever becomes one. \`metrics.series_max\` bounds the series of all metrics together; what comes after it counts as \`__overflow__\`, and \`netscope_series_overflowed_total\` says so. Histograms have the buckets of \`metrics.buckets_seconds\`. Percentiles of \`GET /v1/metrics/network\` come from a finer histogram of their own.
`;

function table(title: string, definitions: Readonly<Record<string, Definition>>): string {
  const rows = Object.entries(definitions).map(([name, { help, labels }]) => {
    const labelText = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`netscope_${name}\` | ${help} | ${labelText} |`;
  });
  return `## ${title}

| metric | what it is | labels |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function processTable(): string {
  const rows = processFamilies(0).map(({ name, help }) => `| \`${name}\` | ${help} |`);
  return `## The process

Under the names that other Prometheus clients use.

| metric | what it is |
| --- | --- |
${rows.join('\n')}
`;
}

interface Named {
  readonly name: string;
  readonly help: string;
}

function hostTable(): string {
  const none = (): undefined => undefined;
  const rows = (families: readonly Named[]): string =>
    families.map(({ name, help }) => `| \`${name}\` | ${help} |`).join('\n');
  return `## The process as the host sees it

Of the last look at the host. What the platform does not tell has no sample.

| metric | what it is |
| --- | --- |
${rows(hostProcessFamilies(none))}

## The host

Only with \`metrics.node_metrics: true\`. Names are node_exporter's; off by default, because one that runs on the same host tells them already and the two would be counted twice. \`node_cpu_seconds_total\` is of all CPUs together and has no label \`cpu\`.

| metric | what it is |
| --- | --- |
${rows(nodeFamilies(none))}
`;
}
