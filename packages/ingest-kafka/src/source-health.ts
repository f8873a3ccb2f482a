import type { Clock, Log, SourceStatus } from '@netscope/domain';

/** Past this silence the brokers count as gone: a member beats its heart every second. */
const SILENCE_MS = 5000;
/** And past this one where a connection failed besides: as long as any broker answers, it is one of them. */
const TROUBLED_SILENCE_MS = 2000;
/** That the brokers went and came is logged no more often. */
const TELL_EVERY_MS = 30_000;

type Phase = 'starting' | 'running' | 'rebalancing' | 'stopped';

/** Whether the brokers answer, and what the source is about. */
export class SourceHealth {
  readonly #clock: Clock;
  readonly #log: Log;
  #phase: Phase = 'starting';
  #contactAtMs: number;
  #trouble: string | undefined;
  /** Whether the log says that they do not answer, and when it last said so. */
  #isTold = false;
  #toldAtMs = -Infinity;

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
    this.#trouble = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#log.info('kafka.connected', 'the brokers answer again');
  }

  /** One broker, or one connection, has failed. */
  onTrouble(reason: string): void {
    this.#trouble = reason;
    if (this.#isTold || this.#phase === 'stopped' || !this.#isSilent()) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    this.#isTold = true;
    this.#log.warn('kafka.disconnected', 'the brokers do not answer', { reason });
  }

  /** Whether a broker would hear us now; after requests without an answer two silent seconds tell. */
  isHeard(isAnswered: boolean): boolean {
    return this.status().state !== 'disconnected' && (isAnswered || !this.#isSilent());
  }

  status(): Pick<SourceStatus, 'state' | 'reason'> {
    if (this.#phase === 'stopped') return { state: 'stopped', reason: 'it was stopped' };
    const trouble = (this.#isSilent() ? this.#trouble : undefined) ?? this.#silence();
    if (trouble !== undefined && this.#phase !== 'starting') {
      return { state: 'disconnected', reason: trouble };
    }
    return { state: this.#phase, reason: this.#reason() };
  }

  #reason(): string | undefined {
    if (this.#phase === 'starting') return this.#trouble ?? 'joining the group';
    return this.#phase === 'rebalancing' ? 'the group is rebalancing' : undefined;
  }

  #isSilent(): boolean {
    return this.#clock.monotonicMs() - this.#contactAtMs >= TROUBLED_SILENCE_MS;
  }

  /** A member that waits for the others of its group is silent as well. */
  #silence(): string | undefined {
    if (this.#phase !== 'running') return undefined;
    const silentMs = this.#clock.monotonicMs() - this.#contactAtMs;
    return silentMs < SILENCE_MS ? undefined : `no answer for ${Math.floor(silentMs / 1000)} s`;
  }
}
