import { plainText } from '../audit/event-text.ts';
import type { IncidentReport } from './incident-report.ts';
import {
  countText,
  moreText,
  msText,
  shareText,
  sparkline,
  timeText,
  widthText,
} from './report-text.ts';

type Row = readonly string[];

/** The report as Markdown. What comes of the trail stands in code spans, where it is only text. */
export function reportMarkdown(report: IncidentReport, title: string): string {
  const parts = [
    [`# ${title}`],
    summary(report),
    overTime(report),
    failures(report),
    upstreams(report),
    parties(report),
    circuits(report),
    slowest(report),
    happenings(report),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function summary(report: IncidentReport): readonly string[] {
  const { events, calls, failed, latency, parked, retries, timeouts, refused } = report;
  const records = parked.items.reduce((sum, one) => sum + one.records, 0);
  return [
    `${timeText(report.first)} to ${timeText(report.last)} UTC, ${countText(events)} events.`,
    ...(refused > 0
      ? [`**${countText(refused)} objects or lines could not be read: this is a part of it.**`]
      : []),
    '',
    `- **${countText(calls)} calls, ${countText(failed)} failed** (${shareText(failed, calls)}); ${countText(timeouts)} timeouts, ${countText(retries)} retries`,
    `- **Latency**: p50 ${msText(latency.p50Ms)}, p95 ${msText(latency.p95Ms)}, p99 ${msText(latency.p99Ms)}`,
    `- **Parked**: ${countText(records)} records${parked.items.length > 0 ? ` (${parked.items.map((one) => `${code(one.reason)} ${countText(one.records)}`).join(', ')})` : ''}`,
  ];
}

function overTime({ stretches, stretchMs }: IncidentReport): readonly string[] {
  const line = (name: string, values: readonly (number | undefined)[]): string =>
    `${name.padEnd(8)}${sparkline(values)}`.trimEnd();
  return [
    `## Over time (a bar is ${widthText(stretchMs)})`,
    '',
    '```text',
    line(
      'calls',
      stretches.map(({ completed, failed }) => completed + failed),
    ),
    line(
      'failed',
      stretches.map(({ failed }) => failed),
    ),
    line(
      'p99',
      stretches.map(({ p99Ms }) => p99Ms),
    ),
    '```',
  ];
}

function failures({ causes, failed }: IncidentReport): readonly string[] {
  if (causes.items.length === 0) return ['## Errors by cause', '', 'No call failed.'];
  return [
    ...table(
      '## Errors by cause',
      ['cause', 'upstream', 'calls', 'share', 'first', 'last'],
      causes.items.map((one) => [
        code(one.cause),
        code(one.upstream),
        countText(one.calls),
        shareText(one.calls, failed),
        timeText(one.first),
        timeText(one.last),
      ]),
    ),
    ...more(causes),
  ];
}

function upstreams({ upstreams: list }: IncidentReport): readonly string[] {
  return [
    ...table(
      '## Upstreams, the worst first',
      ['upstream', 'calls', 'failed', 'share', 'timeouts', 'retries', 'p50', 'p99', 'mostly'],
      list.items.map((one) => [
        code(one.upstream),
        countText(one.calls),
        countText(one.failed),
        shareText(one.failed, one.calls),
        countText(one.timeouts),
        countText(one.retries),
        msText(one.p50Ms),
        msText(one.p99Ms),
        one.mainCause === '' ? '' : code(one.mainCause),
      ]),
    ),
    ...more(list),
  ];
}

function parties({ parties: list, calls }: IncidentReport): readonly string[] {
  return table(
    '## Latency by who held the call up',
    ['party', 'calls', 'share', 'p50', 'p95', 'p99', 'max'],
    list.map((one) => [
      code(one.party),
      countText(one.calls),
      shareText(one.calls, calls),
      ...[one.p50Ms, one.p95Ms, one.p99Ms, one.maxMs].map(msText),
    ]),
  );
}

function circuits({ circuits: list }: IncidentReport): readonly string[] {
  if (list.items.length === 0) return ['## Circuits', '', 'No circuit changed.'];
  return [
    ...table(
      '## Circuits',
      ['when', 'upstream', 'node', 'from', 'to', 'why'],
      list.items.map((one) => [
        timeText(one.at),
        ...[one.upstream, one.node, one.from, one.to, one.reason].map(code),
      ]),
    ),
    ...more(list),
  ];
}

function slowest({ slowest: list }: IncidentReport): readonly string[] {
  return table(
    '## Slowest calls',
    ['when', 'latency', 'upstream', 'route', 'came to', 'held up by', 'request'],
    list.map((one) => [
      timeText(one.at),
      msText(one.latencyMs),
      ...[one.upstream, one.route, one.outcome, one.party, one.requestId].map(code),
    ]),
  );
}

function happenings({ happenings: list }: IncidentReport): readonly string[] {
  return [
    ...table(
      '## What else happened',
      ['when', 'node', 'event', 'facts'],
      list.items.map((one) => [
        timeText(one.at),
        ...[one.node, one.eventType, one.facts].map(code),
      ]),
    ),
    ...more(list),
  ];
}

function table(heading: string, names: Row, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const lines = [names, names.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return [heading, '', ...lines];
}

function more(part: Parameters<typeof moreText>[0]): readonly string[] {
  const text = moreText(part);
  return text === '' ? [] : ['', text];
}

/** In a code span nothing has a meaning but a backtick, and in a table a bar. */
function code(text: string): string {
  if (text === '') return '';
  const cell = plainText(text)
    .replaceAll('`', "'")
    .replaceAll('|', String.raw`\|`);
  return `\`${cell}\``;
}
