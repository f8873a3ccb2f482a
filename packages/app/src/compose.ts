import type { ApiServer } from '@netscope/api-server';
import type { SpooledAuditSink } from '@netscope/audit-ceph';
import { type Config, configSha256 } from '@netscope/config';
import { DeliveryEngine, RouteTable, type UpstreamPlace } from '@netscope/delivery';
import { ConfigError, type HostSample, type UpstreamDefinition } from '@netscope/domain';
import { createMetricsEngine, watchEventLoop } from '@netscope/metrics-engine';
import { HostMonitor } from '@netscope/network-probe/host';
import { createLog, InProcessEventBus, logEvents } from '@netscope/observability';

import { App } from './app.ts';
import { openAudit } from './build-audit.ts';
import { openGateway } from './build-gateway.ts';
import { beginIngest, type Ingest } from './build-source.ts';
import { ConnectionPeers } from './connection-peers.ts';
import { DataDirLock } from './data-dir-lock.ts';
import type { Edges } from './edges/edges.ts';
import { FormerSpools } from './former-spools.ts';
import type { Foundation } from './foundation.ts';
import { registerGauges } from './gauges.ts';
import { keyedHashOf } from './hmac-hash.ts';
import { beginSeries } from './initial-series.ts';
import { OperatorDesk } from './operator-desk.ts';
import { ProcessAudit } from './process-audit.ts';
import { type Phase, readinessOf } from './readiness.ts';
import { VERSION } from './version.ts';

const TRACE_BYTES = 16;

export interface ComposeOptions {
  readonly config: Config;
  readonly edges: Edges;
  /** Where the built page lies; absent where there is none. */
  readonly dashboardDir: string | undefined;
  /** The file descriptor of the log; standard output unless given. */
  readonly logFd?: number;
}

/**
 * Builds every part once, in dependency order, and owns them: disposing the app releases them in
 * reverse. The lock on `data_dir` is taken first and given back last. What waits for others (the
 * spool's threads, the brokers) is begun first and waited for last.
 * @throws {NetScopeError} STORAGE_LOCKED, CONFIG_INVALID, or what a part says that cannot be opened.
 */
export async function compose(options: ComposeOptions): Promise<App> {
  await using owned = new AsyncDisposableStack();
  const { config } = options;
  const foundation = lay(options, owned);
  const routes = compileRoutes(config);
  const { instanceId } = owned.use(DataDirLock.acquire(config.service.dataDir));
  watchHost(foundation, owned);
  const opening = openAudit(config, { ...foundation, instanceId });
  const opened = opening.catch(() => undefined);
  owned.defer(async () => (await opened)?.[Symbol.asyncDispose]());
  const source = owned.use(await beginIngest(config, routes.topics, { ...foundation, instanceId }));
  const gateway = await openGateway(config, foundation, owned);
  // The app needs it when it listens; meanwhile the spool's threads start.
  await import('@netscope/api-server');
  const sink = await opening;
  owned.use(new FormerSpools(config, foundation)).start();
  const processAudit = new ProcessAudit(foundation, sink);
  const { journal } = sink;
  const ingest = await source.open({
    journal,
    onOffsetLost: processAudit.offsetLost.bind(processAudit),
    onTopicChanged: processAudit.topicChanged.bind(processAudit),
  });
  owned.defer(() => ingest.close());
  const engine = createEngine({ options, foundation, routes, sink, ingest, gateway });
  const parts = { options, foundation, routes, sink, ingest, gateway, engine };
  beginMetrics(parts);
  return new App(
    {
      ...parts,
      processAudit,
      api: (phase) => createApi(parts, phase),
      drainMs: config.shutdown.drainMs,
      configSha256: configSha256(config),
    },
    owned.move(),
  );
}

type Gateway = Awaited<ReturnType<typeof openGateway>>;

interface Parts {
  readonly options: ComposeOptions;
  readonly foundation: Foundation;
  readonly routes: RouteTable;
  readonly sink: SpooledAuditSink;
  readonly ingest: Ingest;
  readonly gateway: Gateway;
}

/** Log, bus and metrics: what everything else tells and is told by. */
function lay({ config, edges, logFd }: ComposeOptions, owned: AsyncDisposableStack): Foundation {
  const { level } = config.logs;
  const { name: service, node } = config.service;
  const log = createLog({ level, service, node, clock: edges.clock, destination: logFd });
  owned.defer(() => log.close());
  const bus = new InProcessEventBus(log);
  const { dataDir } = config.service;
  const intervalMs = config.metrics.hostIntervalMs;
  const processTraceId = edges.random.hex(TRACE_BYTES);
  const onLook = (timestampMs: number, values: Readonly<Record<string, number>>): void => {
    const head = { timestampMs, traceId: processTraceId, severity: 'INFO' } as const;
    bus.publish({ eventType: 'system.host.sampled', ...head, values });
  };
  const host = new HostMonitor({ dataDir, intervalMs, ...edges, log, onLook });
  const lookedAt = (): HostSample | undefined => host.latest()?.sample;
  const metrics = createMetricsEngine({ ...config.metrics, ...edges, log, host: lookedAt });
  owned.defer(logEvents(bus, log));
  owned.defer(metrics.follow(bus));
  owned.use(watchEventLoop(metrics, edges.clock));
  return { ...edges, log, bus, metrics, host, keyedHash: keyedHashOf(config), processTraceId };
}

/** @throws {ConfigError} naming every fault of every route. */
export function compileRoutes({ routes }: Pick<Config, 'routes'>): RouteTable {
  const compiled = RouteTable.compile(routes);
  if ('table' in compiled) return compiled.table;
  throw new ConfigError(
    compiled.faults.map(({ route, place, message }) => ({
      path: `routes.${route}.${place}`,
      where: 'routes',
      found: message,
      expected: 'a template of the names that the configuration reference lists',
    })),
  );
}

function watchHost({ host }: Foundation, owned: AsyncDisposableStack): void {
  owned.use(host);
  host.start();
}

function beginMetrics(parts: Parts & { readonly engine: DeliveryEngine }): void {
  const { options, foundation, routes, gateway } = parts;
  const { upstreams, routes: definitions } = options.config;
  beginSeries(foundation.metrics, {
    topics: routes.topics,
    upstreams: upstreams.map(({ name }) => name),
    routes: definitions,
  });
  const { clock } = foundation;
  registerGauges(foundation.metrics, { ...parts, snapshots: () => gateway.snapshots(), clock });
}

function createEngine(parts: Parts): DeliveryEngine {
  const { options, foundation, routes, sink, ingest, gateway } = parts;
  const { source, delivery, upstreams } = options.config;
  return new DeliveryEngine({
    ...foundation,
    routes,
    upstreams: new Map(upstreams.map((upstream) => [upstream.name, placeOf(upstream)])),
    policy: delivery,
    gateway,
    audit: sink,
    deadLetters: ingest.deadLetters,
    journal: sink.journal,
    source: { kind: source.kind, group: ingest.group, cluster: ingest.cluster },
    recordsInFlight: source.recordsInFlight,
    waitingBytesMax: source.waitingBytesMax,
  });
}

function placeOf({ origin }: UpstreamDefinition): UpstreamPlace {
  const { hostname, port, protocol } = new URL(origin);
  const standardPort = protocol === 'https:' ? 443 : 80;
  return { host: hostname, port: port === '' ? standardPort : Number(port) };
}

async function createApi(
  parts: Parts & { readonly engine: DeliveryEngine },
  phase: () => Phase,
): Promise<ApiServer> {
  const { options, foundation, sink, ingest, gateway, engine } = parts;
  const { http, routes } = options.config;
  const { createApiServer } = await import('@netscope/api-server');
  const peers = new ConnectionPeers({
    config: options.config,
    clock: foundation.clock,
    brokers: () => ingest.brokers(),
  });
  return createApiServer({
    ...foundation,
    peers: () => peers.resolve(),
    http: { ...http, rateLimitPerSecond: http.rateLimit.perSecond },
    version: VERSION,
    readiness: () =>
      readinessOf(phase(), {
        source: ingest.source.status(),
        audit: sink.status(),
        holds: engine.holds,
        unwritten: engine.unwritten,
      }),
    operator: new OperatorDesk({
      foundation,
      sink,
      upstreams: gateway,
      topicsAndRoutes: engine,
      partitions: ingest.partitions,
    }),
    holdings: (topic, partition) => engine.holdings(topic, partition),
    resilience: () => gateway.snapshots(),
    auditStatus: () => sink.status(),
    sourceStatus: () => ingest.source.status(),
    deliveryStatus: () => engine.status(),
    capabilities: () => ({
      ...gateway.capabilities,
      host: foundation.host.origin().kind === 'native',
    }),
    routeGroups: () => [...new Set(routes.map(({ group }) => group))],
    dashboardDir: options.dashboardDir,
  });
}
