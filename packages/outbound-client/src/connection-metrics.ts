import type { Attempt, Counter, Histogram, MetricsRecorder } from '@netscope/domain';

const US_PER_SECOND = 1_000_000;

/** What attempts say of one upstream's connections; children are looked up once and kept. */
export class ConnectionMetrics {
  /** Of the last attempt whose socket the kernel told about; undefined before the first. */
  minRttSeconds: number | undefined;
  readonly #opens: Counter;
  readonly #reuses: Counter;
  readonly #retransmits: Counter;
  readonly #rtt: Histogram;

  constructor(recorder: MetricsRecorder, upstream: string) {
    this.#opens = recorder.counter('connection_opens_total', { upstream });
    this.#reuses = recorder.counter('connection_reuses_total', { upstream });
    this.#retransmits = recorder.counter('connection_retransmits_total', { upstream });
    this.#rtt = recorder.histogram('connection_rtt_seconds', { upstream });
  }

  /** Counts one ended attempt; one that no connection carried says nothing here. */
  record({ reused, socket }: Attempt): void {
    if (reused === undefined) return;
    (reused ? this.#reuses : this.#opens).inc();
    if (socket === undefined) return;
    const { rttUs, minRttUs, retransmits } = socket;
    if (rttUs !== undefined) this.#rtt.observe(rttUs / US_PER_SECOND);
    if (minRttUs !== undefined) this.minRttSeconds = minRttUs / US_PER_SECOND;
    if (retransmits !== undefined && retransmits > 0) this.#retransmits.inc(retransmits);
  }
}
