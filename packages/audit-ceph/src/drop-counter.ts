import {
  isoTimestamp,
  type MetricsRecorder,
  type ProcessAuditEvent,
  type Random,
} from '@netscope/domain';

/** Why an event was not recorded: with `on_full: pause` only changes of circuits are not. */
export type DropReason = 'spool_full' | 'disk_failing';

interface Gap {
  events: number;
  readonly byReason: Map<DropReason, number>;
  readonly firstMs: number;
  lastMs: number;
}

const SPAN_BYTES = 8;

/** Counts, to the unit, the events that were not recorded, and tells of them in the trail itself. */
export class DropCounter {
  readonly #options: DropCounterOptions;
  readonly byReason: Record<string, number> = {};
  #gap: Gap | undefined;

  constructor(options: DropCounterOptions) {
    this.#options = options;
  }

  /** Whether events were dropped that no gap event tells of. */
  get hasGap(): boolean {
    return this.#gap !== undefined;
  }

  count(reason: DropReason): void {
    const { metrics, clock } = this.#options;
    this.byReason[reason] = (this.byReason[reason] ?? 0) + 1;
    metrics.counter('audit_events_dropped_total', { reason }).inc();
    const nowMs = clock.wallMs();
    this.#gap ??= { events: 0, byReason: new Map(), firstMs: nowMs, lastMs: nowMs };
    this.#gap.events += 1;
    this.#gap.lastMs = nowMs;
    this.#gap.byReason.set(reason, (this.#gap.byReason.get(reason) ?? 0) + 1);
  }

  /** `audit.gap` for all that was dropped since the last one; `undefined` for nothing. */
  takeGap(): ProcessAuditEvent | undefined {
    const gap = this.#gap;
    if (gap === undefined) return undefined;
    this.#gap = undefined;
    const { clock, random, traceId } = this.#options;
    return {
      kind: 'process',
      eventType: 'audit.gap',
      timestampMs: clock.wallMs(),
      traceId,
      spanId: random.hex(SPAN_BYTES),
      severity: 'ERROR',
      facts: {
        events: gap.events,
        ...Object.fromEntries(gap.byReason),
        first_at: isoTimestamp(gap.firstMs),
        last_at: isoTimestamp(gap.lastMs),
      },
    };
  }
}

interface DropCounterOptions {
  readonly metrics: MetricsRecorder;
  readonly clock: { wallMs(): number };
  readonly random: Random;
  /** The process's own. */
  readonly traceId: string;
}
