import type { Clock, Log, SourceStatus } from '@netscope/domain';

/** Past this silence the brokers count as gone: a member beats its heart every second. */
const SILENCE_MS = 5000;

type Phase = 'starting' | 'running' | 'rebalancing' | 'stopped';

/** Whether the brokers answer, and what the source is about. */
export class SourceHealth {
  readonly #clock: Clock;
  readonly #log: Log;
  #phase: Phase = 'starting';
  #contactAtMs: number;
  #trouble: string | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#contactAtMs = clock.monotonicMs();
  }

  get phase(): Phase {
    return this.#phase;
  }

  enter(phase: Phase): void {
    this.#phase = phase;
  }

  onContact(): void {
    this.#contactAtMs = this.#clock.monotonicMs();
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#log.info('kafka.connected', 'the brokers answer again');
  }

  onTrouble(reason: string): void {
    if (this.#trouble === undefined && this.#phase !== 'stopped') {
      this.#log.warn('kafka.disconnected', 'the brokers do not answer', { reason });
    }
    this.#trouble = reason;
  }

  status(): Pick<SourceStatus, 'state' | 'reason'> {
    if (this.#phase === 'stopped') return { state: 'stopped', reason: 'it was stopped' };
    const trouble = this.#trouble ?? this.#silence();
    if (trouble !== undefined && this.#phase !== 'starting') {
      return { state: 'disconnected', reason: trouble };
    }
    return { state: this.#phase, reason: this.#reason() };
  }

  #reason(): string | undefined {
    if (this.#phase === 'starting') return this.#trouble ?? 'joining the group';
    return this.#phase === 'rebalancing' ? 'the group is rebalancing' : undefined;
  }

  /** A member that waits for the others of its group is silent as well. */
  #silence(): string | undefined {
    if (this.#phase !== 'running') return undefined;
    const silentMs = this.#clock.monotonicMs() - this.#contactAtMs;
    return silentMs < SILENCE_MS ? undefined : `no answer for ${Math.floor(silentMs / 1000)} s`;
  }
}
