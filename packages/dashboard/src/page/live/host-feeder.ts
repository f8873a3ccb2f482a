import type {
  Connections,
  Host,
  HostHistory,
  WireHostSampledEvent,
} from '@netscope/api-server/contract';

import { HOST_METRICS, type HostMetric, type HostSeries } from '../model/host-series.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { type ApiPath, CONNECTIONS_PATH, HOST_PATH, hostHistoryPath } from './api-path.ts';
import type { DashboardState } from './dashboard-state.ts';
import type { PageEdges } from './page-edges.ts';
import { Poller } from './polled.ts';

type HostState = Pick<DashboardState, 'host' | 'connections' | 'hostSeries'>;

/**
 * Asks for the host and the connections again and again, and once for what was before; the lines are
 * drawn from what the live stream tells between.
 */
export class HostFeeder {
  readonly pollers: readonly { askNow(): void }[];
  readonly #edges: PageEdges;
  readonly #series: HostSeries;
  #hasLookedBack = false;

  constructor(edges: PageEdges, state: HostState) {
    this.#edges = edges;
    this.#series = state.hostSeries;
    this.pollers = [
      new Poller<Host>(edges, {
        path: () => HOST_PATH,
        received: (polled) => {
          if (polled.value !== undefined && polled.problem === undefined) this.#take(polled.value);
          state.host.value = polled;
        },
      }),
      new Poller<Connections>(edges, {
        path: () => CONNECTIONS_PATH,
        received: (polled) => {
          state.connections.value = polled;
        },
      }),
    ];
  }

  /** A look that the live stream told. */
  sampled({ timestamp, values }: WireHostSampledEvent): void {
    const atMs = parseTimestamp(timestamp);
    for (const metric of HOST_METRICS) {
      const value = values[metric];
      if (value !== undefined) this.#series.add(metric, atMs, value);
    }
  }

  #take(host: Host): void {
    if (host.sampled_at === undefined) return;
    const atMs = parseTimestamp(host.sampled_at);
    for (const metric of HOST_METRICS) {
      const value = valueOf(host, metric);
      if (value !== undefined) this.#series.add(metric, atMs, value);
    }
    if (this.#hasLookedBack) return;
    this.#hasLookedBack = true;
    for (const metric of HOST_METRICS) {
      if (valueOf(host, metric) !== undefined) void this.#lookBack(metric, atMs);
    }
  }

  async #lookBack(metric: HostMetric, nowMs: number): Promise<void> {
    const spanMs = this.#series.bucketMs * this.#series.length;
    const history = await this.#read(hostHistoryPath(metric, nowMs - spanMs));
    for (const { at, mean } of history?.points ?? []) {
      this.#series.add(metric, parseTimestamp(at), mean);
    }
  }

  async #read(path: ApiPath<HostHistory>): Promise<HostHistory | undefined> {
    const { envelope } = await this.#edges.get(path);
    return envelope?.status === 'ok' ? envelope.data : undefined;
  }
}

const VALUES: Readonly<Record<HostMetric, (host: Host) => number | undefined>> = {
  'cpu.usage_percent': (host) => host.cpu?.usage_percent,
  'process.usage_percent': (host) => host.process?.usage_percent,
  'process.rss_bytes': (host) => host.process?.rss_bytes,
  'pressure.cpu.some_avg10': (host) => host.pressure?.cpu?.some_avg10,
  'pressure.io.some_avg10': (host) => host.pressure?.io?.some_avg10,
  'pressure.memory.some_avg10': (host) => host.pressure?.memory?.some_avg10,
};

function valueOf(host: Host, metric: HostMetric): number | undefined {
  return VALUES[metric](host);
}
