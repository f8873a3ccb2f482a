import { describe, expect, test } from 'vitest';

import { storiesOf } from '../../../src/commands/audit/timeline/event-story.ts';
import { timelineHtml } from '../../../src/commands/audit/timeline/timeline-html.ts';
import { timelineText } from '../../../src/commands/audit/timeline/timeline-text.ts';

const EVIL = '<script>alert(1)</script>\u001B[31m';
const CALL = {
  event_version: '1.0',
  event_type: 'request.failed',
  severity: 'WARN',
  timestamp: '2026-11-21T12:00:00.100Z',
  trace_id: 'a'.repeat(32),
  route: 'orders',
  outcome: 'responded',
  source: { topic: 'in', partition: 3, offset: '42' },
  upstream: { name: 'partner', status_code: 503, latency_ms: 96 },
  network: {
    attempts: [
      {
        outcome: 'failed',
        error_code: 'UPSTREAM_CONNECTION_BROKEN',
        started_at: '2026-11-21T12:00:00.028Z',
        total_ms: 24,
        phases_ms: { tcp: 8, wait: 16, unaccounted: 0 },
      },
      {
        outcome: 'responded',
        status_code: 503,
        total_ms: 24,
        backoff_ms: 24,
        phases_ms: { wait: 24 },
      },
    ],
  },
};
const PARKED = {
  event_type: 'request.quarantined',
  timestamp: '2026-11-21T12:00:00.200Z',
  trace_id: 'a'.repeat(32),
  result: { reason: 'rejected', error_message: EVIL },
};

describe('the timeline of a call', () => {
  test('draws each attempt where it was in its call, to scale', () => {
    expect(timelineText(storiesOf([CALL])).split('\n')).toEqual([
      `2026-11-21T12:00:00.100Z request.failed orders partner responded 503 96 ms in/3/42 trace ${'a'.repeat(32)}`,
      '  record: in 3 42',
      '  attempt 1: failed UPSTREAM_CONNECTION_BROKEN in 24 ms',
      `    tcp         ${'·'.repeat(12)}████${'·'.repeat(32)}       8.000 ms`,
      `    wait        ${'·'.repeat(16)}████████${'·'.repeat(24)}      16.000 ms`,
      '  attempt 2: responded 503 in 24 ms after 24 ms of backoff',
      `    wait        ${'·'.repeat(36)}${'█'.repeat(12)}      24.000 ms`,
    ]);
  });

  test('is in the order of time, whatever the order of the store', () => {
    const stories = storiesOf([PARKED, CALL]);
    expect(stories.map(({ event }) => event['event_type'])).toEqual([
      'request.failed',
      'request.quarantined',
    ]);
  });

  test('runs nothing and colours nothing of what the trail holds', () => {
    const stories = storiesOf([PARKED]);
    expect(timelineText(stories)).not.toContain('\u001B');
    const page = timelineHtml(stories, EVIL);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\uFFFD[31m');
  });

  test('is a page of one file, which asks nobody for anything', () => {
    const page = timelineHtml(storiesOf([CALL]), 'Trace');
    expect(page).not.toMatch(/https?:|<link|<img|@import|src=/);
    expect(page).toContain('title="tcp 8 ms" style="left:25.000%;width:8.333%');
  });

  test('takes events whose fields are not as they should be', () => {
    const odd = { timestamp: 5, network: { attempts: [null, { phases_ms: 'x', total_ms: -1 }] } };
    expect(timelineText(storiesOf([odd, {}]))).toContain('attempt 2');
  });
});
