import { describe, expect, it } from 'vitest';

import { prefersOpenMetrics } from '../src/extractors/accept.ts';
import { trustProxyOf } from '../src/extractors/client-ip.ts';
import { traceIdOf } from '../src/extractors/trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traceIdOf', () => {
  it.each([
    `00-${TRACE}-${PARENT}-01`,
    `01-${TRACE}-${PARENT}-01`,
    `cc-${TRACE}-${PARENT}-00-more`,
  ])('reads %s', (traceparent) => {
    expect(traceIdOf(traceparent)).toBe(TRACE);
  });

  it.each([
    undefined,
    '',
    [`00-${TRACE}-${PARENT}-01`],
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01\n`,
  ])('takes nothing from %j', (traceparent) => {
    expect(traceIdOf(traceparent)).toBeUndefined();
  });
});

describe('prefersOpenMetrics', () => {
  it.each([
    ['application/openmetrics-text; version=1.0.0', true],
    [
      'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1',
      true,
    ],
    ['application/openmetrics-text;q=0.5,text/plain', false],
    ['APPLICATION/OpenMetrics-Text', true],
    ['application/openmetrics-text;q=0', false],
    ['application/openmetrics-text;q=nonsense', false],
    ['*/*', false],
    ['text/html,application/xhtml+xml', false],
    [undefined, false],
  ])('of %s is %s', (accept, expected) => {
    expect(prefersOpenMetrics(accept)).toBe(expected);
  });
});

describe('trustProxyOf', () => {
  it.each(['10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8', 'loopback'])('takes %s', (entry) => {
    expect(trustProxyOf([entry])).toEqual([entry]);
  });

  it('believes nobody where nobody is named', () => {
    expect(trustProxyOf([])).toBe(false);
  });
});
