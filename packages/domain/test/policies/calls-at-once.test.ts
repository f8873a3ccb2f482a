import { callsAtOnce } from '@netscope/domain';
import { expect, test } from 'vitest';

test.each([
  { origin: 'http://a', inFlight: 64, connections: 8, http2: false, calls: 8 },
  { origin: 'https://a', inFlight: 64, connections: 8, http2: false, calls: 8 },
  { origin: 'https://a', inFlight: 8, connections: 64, http2: false, calls: 8 },
  { origin: 'https://a', inFlight: 64, connections: 8, http2: true, calls: 64 },
  { origin: 'http://a', inFlight: 64, connections: 8, http2: true, calls: 8 },
])('$origin, http2 $http2: $calls of $inFlight calls on $connections', ({ calls, ...bounds }) => {
  expect(callsAtOnce(bounds)).toBe(calls);
});
