import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { metricsReference } from '../reference/metrics-reference.ts';

const PAGE = new URL('../../docs/reference/metrics.md', import.meta.url);

describe('the reference of the metrics', () => {
  it('is the page in docs (node scripts/generate-reference.ts)', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(metricsReference());
  });

  it('names each kind of metric with its labels', () => {
    const page = metricsReference();
    expect(page).toContain(
      '| `netscope_commits_total` | Offset commits acknowledged by the source. | `topic` |',
    );
    expect(page).toContain('| `netscope_request_duration_seconds` |');
    expect(page).toContain('| `netscope_circuit_state` |');
    expect(page).toContain('| `process_cpu_seconds_total` |');
  });
});
