import { isoTimestamp } from '@netscope/domain';

import { escaped } from '../audit/escape-html.ts';
import { circuitTracks, type CircuitTrack } from './circuit-tracks.ts';
import type { IncidentReport, PartyLatency } from './incident-report.ts';
import { countText, msText, shareText, timeText } from './report-text.ts';

/** Units of the drawing; the page scales it. */
const WIDTH = 960;
const LEFT = 76;
const RIGHT = 12;
const TOP = 10;
const PLOT_HEIGHT = 150;
const AXIS_HEIGHT = 24;
const TRACK_HEIGHT = 26;
const TIME_LABELS = 6;
/** Part of a stretch's width that its bar takes. */
const BAR_SHARE = 0.8;

interface TimeScale {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Calls of each stretch, what failed of them on top. */
export function callsChart(report: IncidentReport): string {
  const { stretches, stretchMs } = report;
  const scale = timeScale(report);
  const top = niceTop(Math.max(1, ...stretches.map((one) => one.completed + one.failed)));
  const width = (x(scale.fromMs + stretchMs, scale) - LEFT) * BAR_SHARE;
  const bars = stretches.map(({ startMs, completed, failed }) => {
    if (completed + failed === 0) return '';
    const at = x(startMs, scale).toFixed(1);
    const [good, bad] = [completed, failed].map((calls) => (calls / top) * PLOT_HEIGHT);
    const base = TOP + PLOT_HEIGHT;
    const told = `${timeText(isoTimestamp(startMs))}: ${countText(completed + failed)} calls, ${countText(failed)} failed`;
    return `<g><title>${told}</title>${bar('good', { at, width, y: base - (good ?? 0), height: good ?? 0 })}${bar('bad', { at, width, y: base - (good ?? 0) - (bad ?? 0), height: bad ?? 0 })}</g>`;
  });
  return plot('Calls over time', [
    grid(top, countText),
    ...bars,
    timeAxis(scale, TOP + PLOT_HEIGHT),
  ]);
}

/** The median and the 99th percentile of each stretch. */
export function latencyChart(report: IncidentReport): string {
  const { stretches, stretchMs } = report;
  const scale = timeScale(report);
  const top = niceTop(Math.max(1, ...stretches.map(({ p99Ms }) => p99Ms ?? 0)));
  const line = (name: 'p50Ms' | 'p99Ms'): string => {
    const points = stretches.flatMap((one) => {
      const value = one[name];
      if (value === undefined) return [];
      const y = TOP + PLOT_HEIGHT * (1 - value / top);
      const at = x(one.startMs + stretchMs / 2, scale);
      const told = `${timeText(isoTimestamp(one.startMs))}: ${name.slice(0, 3)} ${msText(value)}`;
      return [{ at: `${at.toFixed(1)},${y.toFixed(1)}`, told, x: at.toFixed(1), y: y.toFixed(1) }];
    });
    const dots = points.map(
      (point) =>
        `<circle class="${name}" cx="${point.x}" cy="${point.y}" r="2.6"><title>${point.told}</title></circle>`,
    );
    return `<polyline class="${name}" points="${points.map(({ at }) => at).join(' ')}"/>${dots.join('')}`;
  };
  return plot('Latency over time', [
    grid(top, msText),
    line('p99Ms'),
    line('p50Ms'),
    timeAxis(scale, TOP + PLOT_HEIGHT),
  ]);
}

/** The state of each circuit over the same time as the charts above it. */
export function circuitsChart(report: IncidentReport): string {
  const scale = timeScale(report);
  const tracks = circuitTracks({ changes: report.circuits.items, lives: report.lives }, scale);
  const rows = tracks.map((track, index) => trackHtml(track, index, scale));
  const height = tracks.length * TRACK_HEIGHT;
  return drawing('Circuits over time', height + AXIS_HEIGHT, [...rows, timeAxis(scale, height)]);
}

const PARTIES = [
  { field: 'networkMs', style: 'network', name: 'network' },
  { field: 'upstreamMs', style: 'upstream', name: 'upstream' },
  { field: 'upstreamOrBeyondMs', style: 'beyond', name: 'upstream or beyond' },
  { field: 'localMs', style: 'local', name: 'local' },
] as const;

/**
 * Where the time of all calls went, as far as verdicts tell: each party as long as its share. One
 * that was never measured is not named: that is not the same as 0.
 */
export function partiesChart(parties: readonly PartyLatency[]): string {
  const totals = PARTIES.flatMap(({ field, style, name }) => {
    const measured = parties.flatMap((one) => one[field] ?? []);
    if (measured.length === 0) return [];
    return [{ style, name, ms: measured.reduce((sum, one) => sum + one, 0) }];
  });
  const whole = totals.reduce((sum, { ms }) => sum + ms, 0);
  if (whole === 0) return '';
  let at = 0;
  const rects = totals.map(({ style, ms }) => {
    const width = (ms / whole) * WIDTH;
    const rect = `<rect class="${style}" x="${at.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="22"/>`;
    at += width;
    return rect;
  });
  const legend = totals.map(
    ({ style, name, ms }) =>
      `<i class="${style}"></i>${name} ${msText(ms)} (${shareText(ms, whole)})`,
  );
  return `<h3>Where the time went <span class="legend">${legend.join(' ')}</span></h3>${drawing('Where the time went', 22, rects)}`;
}

function timeScale({ stretches, stretchMs }: IncidentReport): TimeScale {
  const fromMs = stretches[0]?.startMs ?? 0;
  return { fromMs, toMs: (stretches.at(-1)?.startMs ?? 0) + stretchMs };
}

function x(ms: number, { fromMs, toMs }: TimeScale): number {
  return LEFT + ((ms - fromMs) / (toMs - fromMs)) * (WIDTH - LEFT - RIGHT);
}

function plot(name: string, parts: readonly string[]): string {
  return drawing(name, TOP + PLOT_HEIGHT + AXIS_HEIGHT, parts);
}

function drawing(name: string, height: number, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${name}">${parts.join('')}</svg>`;
}

function bar(
  kind: 'good' | 'bad',
  {
    at,
    width,
    y,
    height,
  }: { readonly at: string; readonly width: number; readonly y: number; readonly height: number },
): string {
  if (height === 0) return '';
  return `<rect class="${kind}" x="${at}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${Math.max(1, height).toFixed(1)}"/>`;
}

function grid(top: number, form: (value: number) => string): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = TOP + PLOT_HEIGHT * (1 - share);
      return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text class="label end" x="${LEFT - 8}" y="${y + 4}">${share === 0 ? '0' : form(top * share)}</text>`;
    })
    .join('');
}

function timeAxis(scale: TimeScale, y: number): string {
  const step = (scale.toMs - scale.fromMs) / TIME_LABELS;
  const isDays = step >= 86_400_000;
  return Array.from({ length: TIME_LABELS }, (_, index) => {
    const ms = scale.fromMs + index * step;
    const [day = '', time = ''] = isoTimestamp(Math.round(ms)).split('T');
    const at = x(ms, scale).toFixed(1);
    const text = isDays ? day : time.slice(0, 8);
    return `<line class="tick" x1="${at}" x2="${at}" y1="${y}" y2="${y + 5}"/><text class="label" x="${at}" y="${y + 18}">${text}</text>`;
  }).join('');
}

function trackHtml({ name, spans }: CircuitTrack, index: number, scale: TimeScale): string {
  const y = index * TRACK_HEIGHT;
  const bars = spans.map(({ state, fromMs, toMs, told }) => {
    const [from, to] = [x(fromMs, scale), x(toMs, scale)];
    return `<rect class="${state}" x="${from.toFixed(1)}" y="${y + 14}" width="${Math.max(1, to - from).toFixed(1)}" height="9"><title>${escaped(told)}</title></rect>`;
  });
  return `<text class="label" x="${LEFT}" y="${y + 10}">${escaped(name)}</text>${bars.join('')}`;
}

/** The least round number that is not below, so that its half is round too. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8].find((step) => step * power >= value) ?? 10) * power;
}
