import websocket from '@fastify/websocket';
import { ConfigError } from '@netscope/domain';
import fastify, { type FastifyInstance } from 'fastify';

import { type ApiServerOptions, type AppState, createAppState } from './app-state.ts';
import { trustProxyOf } from './extractors/client-ip.ts';
import { readableUrl } from './extractors/readable-url.ts';
import { requestIdOf } from './extractors/request-id.ts';
import { brokenRequestAnswer } from './middleware/broken-requests.ts';
import { addErrorAnswers } from './middleware/error-answers.ts';
import { guardHost, hostSet } from './middleware/host-guard.ts';
import { addRateLimit } from './middleware/rate-limit.ts';
import { addRequestTimeout } from './middleware/request-timeout.ts';
import { addSecurityHeaders } from './middleware/security-headers.ts';
import { addTracing } from './middleware/tracing.ts';
import { auditRoutes } from './routes/audit.ts';
import { callsRoutes } from './routes/calls.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { healthRoutes } from './routes/health.ts';
import { hostRoutes } from './routes/host.ts';
import { networkMetricsRoutes, scrapeRoutes } from './routes/metrics.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { operatorRoutes } from './routes/operator.ts';
import { partitionsRoutes } from './routes/partitions.ts';
import { resilienceRoutes } from './routes/resilience.ts';
import { opensLiveFeed, websocketRoutes } from './routes/websocket.ts';

/** Bodies are a reason at most; what comes is read so far and answered. */
const BODY_BYTES_MAX = 64 * 1024;

const HEADER_BYTES_MAX = 16 * 1024;

/** Any name that fits in a head: whoever looks it up says that there is no such thing. */
const PARAM_CHARS_MAX = HEADER_BYTES_MAX;

/** What a live client may send: nothing is expected of it. */
const CLIENT_MESSAGE_BYTES_MAX = 1024;

/** Where the server listens. */
export interface BoundPorts {
  readonly port: number;
  /** Absent where `/metrics` is on `port`. */
  readonly metricsPort: number | undefined;
}

/** REST, live events, scrapes and the page. */
export interface ApiServer {
  /**
   * Binds every port.
   * @throws {ConfigError} where one is taken or may not be bound, or a trusted proxy is nonsense.
   */
  listen(): Promise<BoundPorts>;
  /** Ends live clients and open requests; does not wait for slow ones. */
  close(): Promise<void>;
}

/** Builds the server; nothing is bound before `listen`. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const state = createAppState(options);
  const { host, port, metricsPort } = options.http;
  const apps: FastifyInstance[] = [];
  return {
    listen: async () => {
      const main = await buildMainApp(state);
      apps.push(main);
      const bound = await bind(main, { name: 'http.port', host, port });
      state.host.listensOn([bound]);
      if (metricsPort === undefined) return { port: bound, metricsPort: undefined };
      const scrape = await buildScrapeApp(state);
      apps.push(scrape);
      const address = { name: 'http.metrics_port', host, port: metricsPort };
      const scrapePort = await bind(scrape, address);
      state.host.listensOn([bound, scrapePort]);
      return { port: bound, metricsPort: scrapePort };
    },
    close: async () => {
      state.hub.close();
      await Promise.all(apps.map(async (app) => app.close()));
    },
  };
}

/** Everything on `http.port`, ready to listen or to be injected into. */
export async function buildMainApp(state: AppState): Promise<FastifyInstance> {
  const { http, metrics } = state.options;
  const app = await buildFrame(state, opensLiveFeed);
  // First, because it closes the socket of an upgrade that any later hook refuses.
  await app.register(websocket, {
    options: { maxPayload: CLIENT_MESSAGE_BYTES_MAX, perMessageDeflate: false },
    errorHandler: (_error, socket) => socket.terminate(),
    // The hub says goodbye by itself, before.
    preClose: (done) => done(),
  });
  app.websocketServer.on('wsClientError', brokenRequests(state));
  const hosts = hostSet(http.hosts);
  app.addHook('onRequest', (request, _reply, done) => {
    guardHost(request, hosts);
    done();
  });
  await addRateLimit(app, http.rateLimitPerSecond);
  addErrorAnswers(app, state.options);
  healthRoutes(app, state);
  networkMetricsRoutes(app, state);
  if (http.metricsPort === undefined) scrapeRoutes(app, metrics);
  resilienceRoutes(app, state);
  operatorRoutes(app, state);
  auditRoutes(app, state);
  partitionsRoutes(app, state);
  callsRoutes(app, state);
  hostRoutes(app, state);
  websocketRoutes(app, state);
  openApiRoutes(app, state);
  await app.register(async (page) => dashboardRoutes(page, state));
  return app;
}

/** `/metrics` alone, open to whoever reaches its port. */
export async function buildScrapeApp(state: AppState): Promise<FastifyInstance> {
  const app = await buildFrame(state, upgradesNothing);
  await addRateLimit(app, state.options.http.rateLimitPerSecond);
  addErrorAnswers(app, state.options);
  scrapeRoutes(app, state.options.metrics);
  return app;
}

/** There is no live feed: an opening is answered as any request. */
const upgradesNothing = (): boolean => false;

async function buildFrame(
  state: AppState,
  shouldUpgradeCallback: typeof opensLiveFeed,
): Promise<FastifyInstance> {
  const { http, random, timers } = state.options;
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: trustProxyOf(http.trustedProxies),
    rewriteUrl: ({ url = '/' }) => readableUrl(url),
    genReqId: (request) => requestIdOf(request.headers['x-request-id']) ?? random.uuid(),
    requestTimeout: http.requestTimeoutMs,
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: 1000,
      // The guard refuses a missing Host, in the envelope; Node's own answer has no body.
      requireHostHeader: false,
      shouldUpgradeCallback,
    },
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAM_CHARS_MAX },
    clientErrorHandler: brokenRequests(state),
  });
  // An expectation that is not known need not be met (RFC 9110, 10.1.1); Node's 417 has no envelope.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  addTracing(app, random);
  addRequestTimeout(app, timers, http.requestTimeoutMs);
  app.addHook('onRequest', (_request, reply, done) => {
    addSecurityHeaders(reply);
    done();
  });
  // Bytes as they came: who takes a body reads it, and elsewhere it must not decide the answer.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return app;
}

function brokenRequests({ options }: AppState): ReturnType<typeof brokenRequestAnswer> {
  const { clock, random, http } = options;
  return brokenRequestAnswer({ clock, random, requestTimeoutMs: http.requestTimeoutMs });
}

interface Address {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

async function bind(app: FastifyInstance, { name, host, port }: Address): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      {
        path: name,
        where: `${host}:${port}`,
        found: `an address that cannot be bound (${reason})`,
        expected: 'a free port on an address of this host',
      },
    ]);
  }
  const address = app.server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}
