import { escaped } from '../audit/escape-html.ts';
import type { IncidentReport, Part } from './incident-report.ts';
import { callsChart, circuitsChart, latencyChart, partiesChart } from './report-charts.ts';
import { REPORT_STYLE } from './report-style.ts';
import { countText, moreText, msText, shareText, timeText, widthText } from './report-text.ts';

/** A cell; numbers stand to the right, shares are drawn too. */
interface Cell {
  readonly text: string;
  readonly kind: 'text' | 'time' | 'number' | 'code' | 'share' | 'share failed';
}

/** One self-contained page, which runs nothing and asks nobody for anything. */
export function reportHtml(report: IncidentReport, title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>NetScope: ${escaped(title)}</title>
<style>${REPORT_STYLE}</style></head><body>
<h1>${escaped(title)}</h1>
<p class="range">${escaped(timeText(report.first))} to ${escaped(timeText(report.last))} UTC, ${countText(report.events)} events</p>
${report.refused > 0 ? `<p class="warning">${countText(report.refused)} objects or lines could not be read: this is a part of what happened.</p>` : ''}
${tiles(report)}
${charts(report)}
${causes(report)}
${upstreams(report)}
${parties(report)}
${circuitList(report)}
${slowest(report)}
${happenings(report)}
</body></html>
`;
}

function tiles(report: IncidentReport): string {
  const { calls, failed, latency, timeouts, retries, parked } = report;
  const records = parked.items.reduce((sum, one) => sum + one.records, 0);
  const reasons = parked.items.map((one) => `${one.reason} ${countText(one.records)}`);
  const facts = [
    ['calls', countText(calls), `${countText(retries)} retries`],
    [
      'failed',
      shareText(failed, calls),
      `${countText(failed)} calls, ${countText(timeouts)} timeouts`,
    ],
    ['median latency', msText(latency.p50Ms), `p95 ${msText(latency.p95Ms)}`],
    ['p99 latency', msText(latency.p99Ms), ''],
    ['parked', countText(records), reasons.join(', ')],
  ] as const;
  const boxes = facts.map(
    ([name, value, more]) =>
      `<div class="tile${name === 'failed' && failed > 0 ? ' alarm' : ''}"><span>${name}</span><strong>${value}</strong><small>${escaped(more)}</small></div>`,
  );
  return `<div class="tiles">${boxes.join('')}</div>`;
}

function charts(report: IncidentReport): string {
  const width = widthText(report.stretchMs);
  const circuits =
    report.circuits.items.length === 0
      ? ''
      : `<h3>Circuits <span class="legend"><i class="closed"></i>closed <i class="open"></i>open <i class="half_open"></i>half-open <i class="isolated"></i>isolated</span></h3>
${circuitsChart(report)}`;
  return `<section><h2>Over time</h2>
<h3>Calls <span class="legend">each bar ${width}: <i class="good"></i>completed <i class="bad"></i>failed</span></h3>
${callsChart(report)}
<h3>Latency <span class="legend"><i class="p50Ms"></i>p50 <i class="p99Ms"></i>p99</span></h3>
${latencyChart(report)}
${circuits}</section>`;
}

function causes({ causes: list, failed }: IncidentReport): string {
  if (list.items.length === 0)
    return '<section><h2>Errors by cause</h2><p>No call failed.</p></section>';
  const rows = list.items.map((one) => [
    code(one.cause),
    code(one.upstream),
    number(countText(one.calls)),
    failedShare(one.calls, failed),
    time(one.first),
    time(one.last),
  ]);
  return table('Errors by cause', ['cause', 'upstream', 'calls', 'share', 'first', 'last'], {
    rows,
    list,
  });
}

function upstreams({ upstreams: list }: IncidentReport): string {
  const names = [
    'upstream',
    'calls',
    'failed',
    'share',
    'timeouts',
    'retries',
    'p50',
    'p99',
    'mostly',
  ];
  const rows = list.items.map((one) => [
    code(one.upstream),
    number(countText(one.calls)),
    number(countText(one.failed)),
    failedShare(one.failed, one.calls),
    number(countText(one.timeouts)),
    number(countText(one.retries)),
    number(msText(one.p50Ms)),
    number(msText(one.p99Ms)),
    code(one.mainCause),
  ]);
  return table('Upstreams, the worst first', names, { rows, list });
}

function parties({ parties: list, calls }: IncidentReport): string {
  const names = ['party', 'calls', 'share', 'p50', 'p95', 'p99', 'max'];
  const rows = list.map((one) => [
    code(one.party),
    number(countText(one.calls)),
    share(one.calls, calls),
    ...[one.p50Ms, one.p95Ms, one.p99Ms, one.maxMs].map((ms) => number(msText(ms))),
  ]);
  return table('Latency by who held the call up', names, { rows, before: partiesChart(list) });
}

function circuitList({ circuits: list }: IncidentReport): string {
  const names = ['when', 'upstream', 'node', 'from', 'to', 'why'];
  const rows = list.items.map((one) => [
    time(one.at),
    ...[one.upstream, one.node, one.from, one.to].map(code),
    plain(one.reason),
  ]);
  if (rows.length === 0) return '<section><h2>Circuits</h2><p>No circuit changed.</p></section>';
  return table('Circuits', names, { rows, list });
}

function slowest({ slowest: list }: IncidentReport): string {
  const names = ['when', 'latency', 'upstream', 'route', 'came to', 'held up by', 'request'];
  const rows = list.map((one) => [
    time(one.at),
    number(msText(one.latencyMs)),
    ...[one.upstream, one.route, one.outcome, one.party, one.requestId].map(code),
  ]);
  return table('Slowest calls', names, { rows });
}

function happenings({ happenings: list }: IncidentReport): string {
  const rows = list.items.map((one) => [
    time(one.at),
    ...[one.node, one.eventType, one.facts].map(code),
  ]);
  return table('What else happened', ['when', 'node', 'event', 'facts'], { rows, list });
}

function table(
  heading: string,
  names: readonly string[],
  content: {
    readonly rows: readonly (readonly Cell[])[];
    readonly list?: Part<unknown>;
    readonly before?: string;
  },
): string {
  const { rows, list, before = '' } = content;
  if (rows.length === 0) return '';
  const kinds = rows[0]?.map(({ kind }) =>
    kind === 'number' || kind.startsWith('share') ? ' class="n"' : '',
  );
  const head = names.map((name, at) => `<th${kinds?.[at] ?? ''}>${name}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell) => cellHtml(cell)).join('')}</tr>`)
    .join('\n');
  const more = list === undefined ? '' : moreText(list);
  return `<section><h2>${heading}</h2>${before}
<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table></div>${more === '' ? '' : `<p>${more}</p>`}</section>`;
}

function cellHtml({ text, kind }: Cell): string {
  const shown = escaped(text);
  if (kind === 'text') return `<td><span>${shown}</span></td>`;
  if (kind === 'time') return `<td class="t">${shown}</td>`;
  if (kind === 'number') return `<td class="n">${shown}</td>`;
  if (kind === 'code') return `<td>${text === '' ? '' : `<code>${shown}</code>`}</td>`;
  const percent = Number.parseFloat(text.replace('< ', ''));
  return `<td class="n ${kind}"><b style="width:${percent}%"></b><span>${shown}</span></td>`;
}

function code(text: string): Cell {
  return { text, kind: 'code' };
}

function number(text: string): Cell {
  return { text, kind: 'number' };
}

function time(timestamp: string): Cell {
  return { text: timeText(timestamp), kind: 'time' };
}

function plain(text: string): Cell {
  return { text, kind: 'text' };
}

function share(part: number, whole: number): Cell {
  return { text: shareText(part, whole), kind: 'share' };
}

function failedShare(part: number, whole: number): Cell {
  return { text: shareText(part, whole), kind: 'share failed' };
}
