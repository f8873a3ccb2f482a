import { describe, expect, test } from 'vitest';

import { circuitTracks } from '../../../src/commands/report/circuit-tracks.ts';
import { reportHtml } from '../../../src/commands/report/report-html.ts';
import { reportJson } from '../../../src/commands/report/report-json.ts';
import { reportMarkdown } from '../../../src/commands/report/report-markdown.ts';
import {
  msText,
  shareText,
  sparkline,
  widthText,
} from '../../../src/commands/report/report-text.ts';
import { EVIL, sampleReport } from './sample-report.ts';

describe('the report as Markdown', () => {
  test('says how many calls there were and what became of them', () => {
    const text = reportMarkdown(sampleReport(), 'Incident report');
    expect(text).toContain('- **12,000 calls, 600 failed** (5.0 %); 7 timeouts, 40 retries');
    expect(text).toContain('- **Latency**: p50 20.0 ms, p95 250 ms, p99 1.50 s');
    expect(text).toContain('**2 objects or lines could not be read: this is a part of it.**');
    expect(text).toContain('| `partner` | `partner` | 600 | 100.0 % |');
    expect(text).toContain('and 29 more');
    expect(text).toContain('calls   ▁▁ ▅█');
  });

  test('holds texts of the trail in code spans, from which they do not get out', () => {
    const text = reportMarkdown(sampleReport(EVIL), 'Incident report');
    expect(text).not.toContain('\u001B');
    const spans = text.replaceAll(/`[^`\n]*`/g, '');
    expect(spans).not.toMatch(/script|javascript|img/);
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    const bars = rows.map((row) => row.replaceAll(String.raw`\|`, '').split('|').length);
    expect(new Set(bars)).toEqual(new Set([8, 11, 9]));
  });
});

describe('the report as a page', () => {
  test('runs nothing of what the trail holds', () => {
    const page = reportHtml(sampleReport(EVIL), EVIL);
    expect(page).not.toMatch(/<script|<img|<a /);
    expect(page).not.toContain('\u001B');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;');
  });

  test('is one file, which asks nobody for anything', () => {
    const page = reportHtml(sampleReport(), 'Incident report');
    expect(page).not.toMatch(/https?:|<link|@import|src=|url\(/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page).toContain('prefers-color-scheme:dark');
  });

  test('draws calls to scale, what failed on top', () => {
    const page = reportHtml(sampleReport(), 'Incident report');
    expect(page).toContain('<title>2026-11-21 12:04:00.000: 7,700 calls, 770 failed</title>');
    const heights = [...page.matchAll(/<rect class="good"[^>]* height="([\d.]+)"/g)];
    expect(heights.map(([, height]) => Number(height))).toEqual([1.7, 3.4, 67.5, 129.9]);
  });

  test('draws no number that is none', () => {
    const one = { ...sampleReport(), calls: 0, failed: 0, parties: [] };
    const empty = {
      ...one,
      stretches: one.stretches.slice(0, 1).map((stretch) => ({
        ...stretch,
        completed: 0,
        failed: 0,
        p50Ms: undefined,
        p99Ms: undefined,
      })),
      causes: { items: [], total: 0 },
    };
    const page = reportHtml(empty, 'Incident report');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(page).toContain('No call failed.');
  });
});

describe('the tracks of circuits', () => {
  const range = { fromMs: Date.UTC(2026, 10, 21, 12), toMs: Date.UTC(2026, 10, 21, 12, 10) };
  const change = { upstream: 'a', node: 'n', reason: 'why' };

  test('are one for each upstream in each node, from state to state without a gap', () => {
    const tracks = circuitTracks(
      [
        { ...change, at: '2026-11-21T12:01:00.000Z', from: 'closed', to: 'open' },
        { ...change, at: '2026-11-21T12:01:00.000Z', node: 'm', from: 'open', to: 'isolated' },
        { ...change, at: '2026-11-21T12:02:00.000Z', from: 'open', to: 'half_open' },
      ],
      range,
    );
    expect(
      tracks.map(({ name, spans }) => [
        name,
        ...spans.map(({ state, fromMs, toMs }) => `${state} ${(toMs - fromMs) / 60_000}`),
      ]),
    ).toEqual([
      ['a in n', 'closed 1', 'open 1', 'half_open 8'],
      ['a in m', 'open 1', 'isolated 9'],
    ]);
  });

  test('stay in the picture, whatever a trail says of times and states', () => {
    const tracks = circuitTracks(
      [
        { ...change, at: 'never', from: '"><x', to: 'open' },
        { ...change, at: '2030-01-01T00:00:00.000Z', from: 'open', to: 'closed' },
      ],
      range,
    );
    expect(tracks[0]?.spans).toMatchObject([{ state: 'open', ...range }]);
  });
});

test('numbers are told with what matters of them', () => {
  expect([0.5, 12.34, 250.4, 1500, 90_000].map(msText)).toEqual([
    '0.500 ms',
    '12.3 ms',
    '250 ms',
    '1.50 s',
    '1.50 min',
  ]);
  expect([shareText(0, 0), shareText(1, 3), shareText(1, 1e6)]).toEqual([
    '0 %',
    '33.3 %',
    '< 0.1 %',
  ]);
  expect([500, 30_000, 300_000, 7_200_000, 604_800_000].map(widthText)).toEqual([
    '0.5 s',
    '30 s',
    '5 min',
    '2 h',
    '7 d',
  ]);
  expect(sparkline([0, 1, undefined, 8])).toBe(' ▂ █');
});

test('the report for machines has names as all JSON here', () => {
  expect(reportJson(sampleReport())).toMatchObject({
    latency: { p50_ms: 20 },
    stretch_ms: 60_000,
    slowest: [{ request_id: 'partner', latency_ms: 90_000 }],
  });
});
