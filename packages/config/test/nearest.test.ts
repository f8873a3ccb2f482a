import { describe, expect, it } from 'vitest';

import { nearest } from '../src/nearest.ts';

const KNOWN = ['port', 'host', 'metrics_port', 'request_timeout_ms'];

describe('nearest', () => {
  it.each([
    ['prot', 'port'],
    ['prt', 'port'],
    ['portt', 'port'],
    ['metric_port', 'metrics_port'],
    ['request_timeout', 'request_timeout_ms'],
    ['hosts', 'host'],
  ])('takes %s for %s', (name, known) => {
    expect(nearest(name, KNOWN)).toBe(known);
  });

  it.each(['zzz', '', 'something_else_entirely'])('knows nothing near %s', (name) => {
    expect(nearest(name, KNOWN)).toBeUndefined();
  });
});
