import {
  isoTimestamp,
  type MetricsRecorder,
  type ProcessAuditEvent,
  type Random,
} from '@netscope/domain';

import { type DropGap, dropNote } from './drop-note.ts';

/** Why an event was not recorded: with `on_full: pause` only changes of circuits are not. */
export type DropReason = 'spool_full' | 'disk_failing';

const SPAN_BYTES = 8;

/** Counts, to the unit, the events that were not recorded, and tells of them in the trail itself. */
export class DropCounter {
  readonly #options: DropCounterOptions;
  readonly byReason: Record<string, number> = {};
  #former: DropGap | undefined;
  /** A former life was killed before it told, and may have dropped more than it had noted. */
  #isCut = false;
  #gap: DropGap | undefined;
  /** Called where `note` is another; `isTold`: since a gap event is durable. */
  onNews: (isTold: boolean) => void = () => undefined;

  /** `former`: what a former life dropped and did not tell. */
  constructor(options: DropCounterOptions, former?: DropGap) {
    this.#options = options;
    this.#former = former;
  }

  /** Whether events were dropped that no gap event tells of. */
  get hasGap(): boolean {
    return this.#gap !== undefined;
  }

  /** What `readDropNote` reads. */
  get note(): string {
    return dropNote(this.#gap);
  }

  /** Makes what a former life left untold part of the gap. A life that only ships never does. */
  takeUp(): void {
    if (this.#former === undefined) return;
    this.#gap = this.#former;
    this.#isCut = true;
    this.#former = undefined;
  }

  count(reason: DropReason): void {
    const { metrics, clock } = this.#options;
    this.byReason[reason] = (this.byReason[reason] ?? 0) + 1;
    metrics.counter('audit_events_dropped_total', { reason }).inc();
    const nowMs = clock.wallMs();
    const nothing: DropGap = { events: 0, byReason: {}, firstMs: nowMs, lastMs: nowMs };
    const { events, byReason, firstMs } = this.#gap ?? nothing;
    this.#gap = {
      events: events + 1,
      byReason: { ...byReason, [reason]: (byReason[reason] ?? 0) + 1 },
      firstMs,
      lastMs: nowMs,
    };
    this.onNews(false);
  }

  /** `audit.gap` for all that was dropped since the last one; `undefined` for nothing. */
  takeGap(): ProcessAuditEvent | undefined {
    const gap = this.#gap;
    if (gap === undefined) return undefined;
    const isCut = this.#isCut;
    this.#gap = undefined;
    this.#isCut = false;
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
        ...gap.byReason,
        first_at: isoTimestamp(gap.firstMs),
        last_at: isoTimestamp(gap.lastMs),
        ...(isCut && { at_least: true }),
      },
    };
  }

  /** The event that `takeGap` gave is durable. */
  told(): void {
    this.onNews(true);
  }
}

interface DropCounterOptions {
  readonly metrics: MetricsRecorder;
  readonly clock: { wallMs(): number };
  readonly random: Random;
  /** The process's own. */
  readonly traceId: string;
}
