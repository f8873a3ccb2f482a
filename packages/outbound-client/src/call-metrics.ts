import {
  type Attempt,
  type Counter,
  type Histogram,
  type MetricsRecorder,
  type Outcome,
  type Party,
  PHASE_NAMES,
  type PhaseName,
  type TimeoutType,
  type Verdict,
} from '@netscope/domain';

import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';
import { ConnectionMetrics } from './connection-metrics.ts';

const MS_PER_SECOND = 1000;
const STATUS_CLASS_SIZE = 100;
/** The label of a call that no route made. */
const NO_GROUP = 'none';
/** The status class of a call that had no answer. */
const NO_STATUS = 'none';

interface GroupChildren {
  readonly duration: Histogram;
  readonly requests: Map<string, Counter>;
  readonly errors: Map<string, Counter>;
}

/** One upstream's metrics; children are looked up once and kept. */
export class CallMetrics {
  readonly retries: Counter;
  readonly exhausted: Counter;
  readonly throttled: Counter;
  readonly overLimit: Counter;
  readonly connections: ConnectionMetrics;
  readonly #recorder: MetricsRecorder;
  readonly #upstream: string;
  readonly #truncated: Counter;
  readonly #groups = new Map<string, GroupChildren>();
  readonly #attempts: Readonly<Record<Outcome, Counter>>;
  readonly #timeouts: Readonly<Record<TimeoutType | 'local_event_loop', Counter>>;
  readonly #verdicts: Readonly<Record<Party, Histogram>>;
  readonly #phases: Readonly<Record<PhaseName, Histogram>>;

  constructor(recorder: MetricsRecorder, upstream: string) {
    this.#recorder = recorder;
    this.#upstream = upstream;
    this.retries = recorder.counter('retries_total', { upstream });
    this.exhausted = recorder.counter('retry_budget_exhausted_total', { upstream });
    this.throttled = recorder.counter('throttled_total', { upstream });
    this.overLimit = recorder.counter('rate_limit_exceeded_total', { upstream });
    this.connections = new ConnectionMetrics(recorder, upstream);
    this.#truncated = recorder.counter('responses_truncated_total', { upstream });
    this.#attempts = each(OUTCOMES, (outcome) =>
      recorder.counter('attempts_total', { upstream, outcome }),
    );
    this.#timeouts = each(TIMEOUT_TYPES, (timeoutType) =>
      recorder.counter('timeouts_total', { upstream, timeout_type: timeoutType }),
    );
    this.#verdicts = each(PARTIES, (party) =>
      recorder.histogram('verdict_seconds', { upstream, party }),
    );
    this.#phases = each(PHASE_NAMES, (phase) =>
      recorder.histogram('phase_duration_seconds', { upstream, phase }),
    );
  }

  /** Counts one ended call. */
  record(call: CallState, end: AttemptEnd): void {
    const group = this.#group(call.context.routeGroup ?? NO_GROUP);
    const status = end.outcome === 'responded' ? end.status : undefined;
    this.#child(group.requests, 'requests_total', { call, outcome: end.outcome, status }).inc();
    if (status === undefined || !call.request.success.has(status)) {
      this.#child(group.errors, 'errors_total', { call, outcome: end.outcome, status }).inc();
    }
    if (end.outcome === 'responded' && end.truncated) this.#truncated.inc();
    group.duration.observe(call.latencyMs / MS_PER_SECOND, call.context.traceId);
    this.#observeVerdict(call.verdict);
  }

  /** Each party's share of the call; both sides of a path that cannot be told apart as one. */
  #observeVerdict(verdict: Verdict | undefined): void {
    if (verdict === undefined) return;
    const { localMs, upstreamMs, networkMs } = verdict;
    const beyond = networkMs === undefined ? 'upstream_or_beyond' : 'upstream';
    if (localMs !== undefined) this.#verdicts.local.observe(localMs / MS_PER_SECOND);
    if (networkMs !== undefined) this.#verdicts.network.observe(networkMs / MS_PER_SECOND);
    if (upstreamMs !== undefined) this.#verdicts[beyond].observe(upstreamMs / MS_PER_SECOND);
  }

  /** Counts one attempt. */
  recordAttempt(end: AttemptEnd): void {
    const { attempt } = end;
    if (attempt === undefined) return;
    this.#attempts[attempt.outcome].inc();
    if (end.outcome === 'timed_out') {
      const isOurs = end.error.code === 'LOCAL_EVENT_LOOP';
      this.#timeouts[isOurs ? 'local_event_loop' : end.timeoutType].inc();
    }
    if (end.outcome === 'responded' && end.throttle !== undefined) this.throttled.inc();
    this.#observePhases(attempt);
    this.connections.record(attempt);
  }

  #observePhases({ phasesMs }: Attempt): void {
    for (const name of PHASE_NAMES) {
      const tookMs = phasesMs[name];
      if (tookMs !== undefined) this.#phases[name].observe(tookMs / MS_PER_SECOND);
    }
  }

  #group(name: string): GroupChildren {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const duration = this.#recorder.histogram('request_duration_seconds', {
      route_group: name,
      upstream: this.#upstream,
    });
    const group = { duration, requests: new Map(), errors: new Map() };
    this.#groups.set(name, group);
    return group;
  }

  #child(
    children: Map<string, Counter>,
    metric: 'requests_total' | 'errors_total',
    what: CallLabels,
  ): Counter {
    const statusClass = statusClassOf(what.status);
    const key = what.outcome === 'responded' ? statusClass : what.outcome;
    const known = children.get(key);
    if (known !== undefined) return known;
    const child = this.#recorder.counter(metric, {
      route_group: what.call.context.routeGroup ?? NO_GROUP,
      upstream: this.#upstream,
      outcome: what.outcome,
      status_class: statusClass,
    });
    children.set(key, child);
    return child;
  }
}

interface CallLabels {
  readonly call: CallState;
  readonly outcome: Outcome;
  readonly status: number | undefined;
}

const OUTCOMES = ['responded', 'timed_out', 'refused', 'failed', 'aborted'] as const;
const PARTIES = ['network', 'upstream', 'local', 'upstream_or_beyond'] as const;
const TIMEOUT_TYPES = ['connect', 'read', 'global', 'local_event_loop'] as const;
const STATUS_CLASSES = [NO_STATUS, '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

function statusClassOf(status: number | undefined): string {
  if (status === undefined) return NO_STATUS;
  return STATUS_CLASSES[Math.floor(status / STATUS_CLASS_SIZE)] ?? NO_STATUS;
}

function each<K extends string, V>(
  names: readonly K[],
  make: (name: K) => V,
): Readonly<Record<K, V>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name was given a value
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;
}
