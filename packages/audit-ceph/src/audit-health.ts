import type { AuditStatus, NetScopeError } from '@netscope/domain';

import type { SpooledAuditSinkOptions } from './sink-options.ts';

/** What can be wrong, the worst first: the first that is there is the reason that is told. */
const TROUBLES = [
  'spool_failed',
  'spool_stalled',
  'spool_full',
  'spool_reserve',
  'store',
  'encryption',
] as const;

export type Trouble = (typeof TROUBLES)[number];

/** Where no event can become durable now. */
const DOWN: ReadonlySet<Trouble> = new Set(['spool_failed', 'spool_stalled']);

/** Keeps what is wrong with the audit path and tells the bus, once a change; the log hears it from there. */
export class AuditHealth {
  readonly #options: SpooledAuditSinkOptions;
  readonly #reasons = new Map<Trouble, string>();
  #told: AuditStatus['state'] = 'up';
  #lastError: AuditStatus['lastError'];

  constructor(options: SpooledAuditSinkOptions) {
    this.#options = options;
  }

  get state(): AuditStatus['state'] {
    const worst = this.#worst();
    if (worst === undefined) return 'up';
    return DOWN.has(worst) ? 'down' : 'degraded';
  }

  get reason(): string | undefined {
    const worst = this.#worst();
    return worst === undefined ? undefined : this.#reasons.get(worst);
  }

  get troubles(): AuditStatus['troubles'] {
    const ofSpool = TROUBLES.find((trouble) => trouble !== 'store' && this.has(trouble));
    return {
      spool: ofSpool && this.#reasons.get(ofSpool),
      store: this.#reasons.get('store'),
    };
  }

  get lastError(): AuditStatus['lastError'] {
    return this.#lastError;
  }

  has(trouble: Trouble): boolean {
    return this.#reasons.has(trouble);
  }

  begin(trouble: Trouble, reason: string): void {
    if (this.#reasons.get(trouble) === reason) return;
    this.#reasons.set(trouble, reason);
    this.#tell(reason);
  }

  end(trouble: Trouble): void {
    if (this.#reasons.delete(trouble)) this.#tell(`${trouble} is over`);
  }

  noteError(error: NetScopeError): void {
    const { code, message } = error;
    this.#lastError = { code, message, atMs: this.#options.clock.wallMs() };
  }

  #worst(): Trouble | undefined {
    return TROUBLES.find((trouble) => this.#reasons.has(trouble));
  }

  #tell(because: string): void {
    const { state } = this;
    if (state === this.#told) return;
    this.#told = state;
    const { bus, clock, traceId } = this.#options;
    const reason = this.reason ?? because;
    const severity = state === 'up' ? 'INFO' : state === 'degraded' ? 'WARN' : 'ERROR';
    bus.publish({
      eventType: 'system.audit.degraded',
      timestampMs: clock.wallMs(),
      traceId,
      severity,
      state,
      reason,
    });
  }
}
