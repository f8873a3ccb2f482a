import type { Clock, ReadinessReport } from '@netscope/domain';

import type { Liveness, Readiness } from '../contract.ts';
import { readinessDto } from '../dto/readiness-dto.ts';

interface HealthServiceOptions {
  readonly version: string;
  readonly clock: Clock;
  readonly readiness: () => ReadinessReport;
}

/** Whether the process should live and whether it should get traffic. */
export class HealthService {
  readonly #options: HealthServiceOptions;
  readonly #startedAtMs: number;

  constructor(options: HealthServiceOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.monotonicMs();
  }

  /** Answers from the process alone, whatever Kafka or the store do. */
  liveness(): Liveness {
    const { clock, version } = this.#options;
    const uptimeMs = clock.monotonicMs() - this.#startedAtMs;
    return { state: 'live', version, uptime_seconds: Math.round(uptimeMs) / 1000 };
  }

  readiness(): Readiness {
    return readinessDto(this.#options.readiness());
  }
}
