/** What bounds the calls that are in flight at one upstream. */
interface CallBounds {
  readonly origin: string;
  /** `bulkhead.in_flight`. */
  readonly inFlight: number;
  /** `connections.max`. */
  readonly connections: number;
  /** `connections.http2`. */
  readonly http2: boolean;
}

/**
 * How many calls may be in flight at an upstream, at least 1: on HTTP/1.1 each has a connection of
 * its own, so that none waits for one while its deadline runs. HTTP/2, which is spoken over TLS
 * alone, carries many on one.
 */
export function callsAtOnce({ origin, inFlight, connections, http2 }: CallBounds): number {
  const isShared = http2 && origin.startsWith('https:');
  return isShared ? inFlight : Math.min(inFlight, connections);
}
