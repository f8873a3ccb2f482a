import type {
  WireAttempt,
  WireCall,
  WireRequestCompletedEvent,
} from '@netscope/api-server/contract';
import type { SeededRandom } from '@netscope/test-support';

/** What one scripted upstream is like. */
export interface UpstreamScript {
  readonly name: string;
  readonly typicalMs: number;
  readonly failureShare: number;
}

/** When and where a drawn call happened. */
export interface CallPlace {
  readonly atMs: number;
  readonly offset: number;
  readonly circuitState: WireCall['resilience']['circuit_state'];
}

/** A plausible call: mostly on a warm connection, at times on a new one, late, retried or failed. */
export function drawCall(random: SeededRandom, script: UpstreamScript, place: CallPlace): WireCall {
  const isFailed = random.float() < script.failureShare;
  const retries = isFailed || random.float() < 0.03 ? 1 : 0;
  const drawn = Array.from({ length: retries + 1 }, (_, index) =>
    drawAttempt(random, script, index < retries || isFailed),
  );
  const attempts = endToEnd(drawn, place.atMs);
  const latencyMs = attempts.reduce((sum, a) => sum + a.total_ms + (a.backoff_ms ?? 0), 0);
  const last = attempts.at(-1);
  return {
    event_type: isFailed ? 'request.failed' : 'request.completed',
    event_version: '1.2',
    severity: isFailed ? 'WARN' : 'INFO',
    timestamp: iso(place.atMs),
    trace_id: random.hex(16),
    span_id: random.hex(8),
    request_id: random.uuid(),
    idempotency_key: random.hex(16),
    route: `${script.name}-send`,
    route_group: 'billing',
    method: 'POST',
    internal_ip: '10.1.2.3',
    external_ip: '203.0.113.7',
    outcome: last?.outcome ?? 'responded',
    delivered: !isFailed,
    source: {
      kind: 'kafka',
      cluster: 'k1',
      group: 'netscope',
      topic: 'invoices.issued',
      partition: Math.floor(random.float() * 12),
      offset: String(place.offset),
      timestamp: iso(place.atMs - 800),
    },
    upstream: {
      name: script.name,
      host: `${script.name}.example.net`,
      port: 443,
      ...(last?.status_code !== undefined && { status_code: last.status_code }),
      latency_ms: latencyMs,
    },
    resilience: {
      attempts: attempts.length,
      retry_count: retries,
      timeout_count: attempts.filter((a) => a.outcome === 'timed_out').length,
      circuit_state: place.circuitState,
      tries: 1,
      backpressure_ms: 0.4,
    },
    network: {
      bytes_sent: 812 * attempts.length,
      bytes_received: 231,
      attempts,
      verdict: {
        party: 'upstream',
        path: 'direct',
        network_ms: latencyMs * 0.06,
        upstream_ms: latencyMs * 0.9,
        local_ms: latencyMs * 0.04,
      },
    },
    request: { path_template: '/v2/invoices/{value.id}', target_sha256: random.hex(32) },
    payload: { request: { sha256: random.hex(32), bytes: 512 } },
    ...(isFailed && { result: resultOf(last) }),
  };
}

/** The live event that goes with a call. */
export function eventOf(call: WireCall): WireRequestCompletedEvent {
  const phases = call.network.attempts.at(-1)?.phases_ms;
  return {
    event_type: 'network.request.completed',
    event_version: '1.0',
    timestamp: call.timestamp,
    trace_id: call.trace_id,
    severity: call.delivered ? 'INFO' : 'WARN',
    request_id: call.request_id,
    upstream: call.upstream.name,
    ...(call.upstream.status_code !== undefined && { status_code: call.upstream.status_code }),
    latency_ms: call.upstream.latency_ms,
    retry_count: call.resilience.retry_count,
    timeout_count: call.resilience.timeout_count,
    circuit_state: call.resilience.circuit_state,
    outcome: call.outcome,
    delivered: call.delivered,
    method: call.method,
    attempts: call.resilience.attempts,
    tries: call.resilience.tries,
    topic: call.source.topic,
    partition: call.source.partition,
    offset: call.source.offset,
    ...(phases !== undefined && { phases_ms: phases }),
  };
}

function resultOf(last: WireAttempt | undefined): { error_code: string; error_message: string } {
  if (last?.status_code === undefined) {
    return { error_code: 'UPSTREAM_TIMEOUT', error_message: 'no response within 1000 ms' };
  }
  return {
    error_code: 'UPSTREAM_ERROR',
    error_message: `the upstream answered ${last.status_code}`,
  };
}

type DrawnAttempt = Omit<WireAttempt, 'started_at'>;

const BACKOFF_MS = 42;

/** One after the other, with a wait between them, the last of them ending at `endMs`. */
function endToEnd(drawn: readonly DrawnAttempt[], endMs: number): WireAttempt[] {
  const attempts: WireAttempt[] = [];
  let nextMs = endMs - drawn.reduce((sum, { total_ms: ms }) => sum + ms + BACKOFF_MS, -BACKOFF_MS);
  for (const [index, attempt] of drawn.entries()) {
    const startedAt = { started_at: iso(nextMs) };
    attempts.push({ ...attempt, ...startedAt, ...(index > 0 && { backoff_ms: BACKOFF_MS }) });
    nextMs += attempt.total_ms + BACKOFF_MS;
  }
  return attempts;
}

function drawAttempt(random: SeededRandom, script: UpstreamScript, fails: boolean): DrawnAttempt {
  const isNew = random.float() < 0.18;
  const timesOut = fails && random.float() < 0.3;
  const wait = timesOut ? 1_000 : script.typicalMs * (0.5 + random.float() ** 3 * 3);
  const phases = {
    queue: random.float() * 0.8,
    ...(isNew && {
      dns: 0.4 + random.float() * 3,
      tcp: script.typicalMs * 0.18,
      tls: script.typicalMs * (0.25 + random.float() * 0.2),
    }),
    write: 0.05 + random.float() * 0.6,
    wait,
    ...(!timesOut && { download: script.typicalMs * random.float() * 0.22 }),
    unaccounted: 0.04 + random.float() * script.typicalMs * 0.03,
  };
  const totalMs = Object.values(phases).reduce((sum, ms) => sum + ms, 0);
  return {
    outcome: timesOut ? 'timed_out' : 'responded',
    ...(timesOut ? { error_code: 'UPSTREAM_TIMEOUT' } : { status_code: fails ? 503 : 200 }),
    total_ms: totalMs,
    reused: !isNew,
    remote_address: '198.51.100.4',
    bytes_sent: 812,
    bytes_received: timesOut ? 0 : 231,
    phases_ms: phases,
  };
}

/** A wire timestamp. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
