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

  test('names no party whose time was never measured, and keeps what cannot be told apart', () => {
    const [party] = sampleReport().parties;
    if (party === undefined) throw new Error('the sample has no party');
    const proxied = {
      ...party,
      networkMs: undefined,
      upstreamMs: undefined,
      upstreamOrBeyondMs: 3000,
    };
    const drawnOf = (parties: readonly (typeof party)[]): string | undefined =>
      /<h3>Where the time went.*?<\/h3>/.exec(reportHtml({ ...sampleReport(), parties }, 't'))?.[0];
    expect(drawnOf([proxied])).not.toMatch(/network|upstream \d/);
    expect(drawnOf([proxied])).toContain('</i>upstream or beyond 3.00 s (75.0 %)');
    expect(drawnOf([party, proxied])).toMatch(
      /network 1\.00 s \(7\.1 %\).*upstream 8\.00 s.*upstream or beyond 3\.00 s.*local 2\.00 s/,
    );
    const none = { ...proxied, upstreamOrBeyondMs: undefined, localMs: undefined };
    expect(drawnOf([none])).toBeUndefined();
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
  const change = { upstream: 'a', node: 'n', epoch: '1', reason: 'why' };
  const at = (minute: number): string => new Date(range.fromMs + minute * 60_000).toISOString();
  const life = { node: 'n', epoch: '1', isStarted: false, isStopped: false };
  const whole = { ...life, first: at(0), last: at(10) };
  const drawn = (tracks: ReturnType<typeof circuitTracks>): readonly (readonly string[])[] =>
    tracks.map(({ name, spans }) => [
      name,
      ...spans.map(({ state, fromMs, toMs }) =>
        [state, ...[fromMs, toMs].map((ms) => (ms - range.fromMs) / 60_000)].join(' '),
      ),
    ]);

  test('are one for each upstream in each node, from state to state without a gap', () => {
    const changes = [
      { ...change, at: at(1), from: 'closed', to: 'open' },
      { ...change, at: at(1), node: 'm', from: 'open', to: 'isolated' },
      { ...change, at: at(2), from: 'open', to: 'half_open' },
    ];
    const tracks = circuitTracks({ changes, lives: [whole, { ...whole, node: 'm' }] }, range);
    expect(drawn(tracks)).toEqual([
      ['a in n', 'closed 0 1', 'open 1 2', 'half_open 2 10'],
      ['a in m', 'open 0 1', 'isolated 1 10'],
    ]);
  });

  test('end with the life of their node, by its last event where it was killed', () => {
    const changes = [
      { ...change, at: at(1), from: 'closed', to: 'open' },
      { ...change, at: at(4), epoch: '2', from: 'closed', to: 'isolated' },
      { ...change, at: at(9), epoch: '4', from: 'closed', to: 'open' },
    ];
    const lives = [
      { ...life, first: at(0), last: at(2) },
      { ...life, epoch: '2', first: at(3), last: at(5), isStarted: true, isStopped: true },
      { ...life, epoch: '3', first: at(6), last: at(7), isStarted: true },
      { ...life, epoch: '4', first: at(8), last: at(9), isStarted: true },
    ];
    expect(drawn(circuitTracks({ changes, lives }, range))).toEqual([
      [
        'a in n',
        'closed 0 1',
        'open 1 2',
        'closed 3 4',
        'isolated 4 5',
        'closed 6 7',
        'closed 8 9',
        'open 9 10',
      ],
    ]);
    const stopped = lives.slice(0, 2);
    expect(drawn(circuitTracks({ changes, lives: stopped }, range))).toEqual([
      ['a in n', 'closed 0 1', 'open 1 2', 'closed 3 4', 'isolated 4 5'],
    ]);
  });

  test('are unknown in a life that began before the range and changed nothing in it', () => {
    const changes = [{ ...change, at: at(8), epoch: '2', from: 'closed', to: 'open' }];
    const lives = [
      { ...whole, last: at(3) },
      { ...life, epoch: '2', first: at(4), last: at(9), isStarted: true },
    ];
    expect(drawn(circuitTracks({ changes, lives }, range))).toEqual([
      ['a in n', 'unknown 0 3', 'closed 4 8', 'open 8 10'],
    ]);
  });

  test('stay in the picture, whatever a trail says of times and states', () => {
    const changes = [
      { ...change, at: 'never', from: '"><x', to: 'open' },
      { ...change, at: '2030-01-01T00:00:00.000Z', from: 'open', to: 'closed' },
    ];
    const tracks = circuitTracks({ changes, lives: [{ ...whole, last: 'never' }] }, range);
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
