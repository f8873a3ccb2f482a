import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';

import {
  auditStatusSchema,
  callsSchema,
  callSchema,
  connectionsSchema,
  errorSchema,
  hostHistorySchema,
  hostSchema,
  liveEventSchema,
  livenessSchema,
  networkMetricsSchema,
  readinessSchema,
  resilienceStateSchema,
  type WireLiveEvent,
} from '@netscope/api-server/contract';
import { WebSocketServer, type WebSocket } from 'ws';

import { eventOf } from './scripted-calls.ts';
import { ScriptedHost } from './scripted-host.ts';
import { ScriptedWorld } from './scripted-world.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** As strict as a page without inline parts allows. */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";

const PROCESS_TRACE_ID = 'f'.repeat(32);

/** A refusal that one path answers with instead of its data. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

/**
 * Serves the built page and speaks the API's contract about a scripted world. Everything it says goes
 * through the contract's own schemas, so that it cannot drift from it.
 */
export class ScriptedApi implements AsyncDisposable {
  readonly #dir: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly refusals = new Map<string, Refusal>();
  /** `since` of every live client that came, in order. */
  readonly resumedSince: (string | null)[] = [];
  world: ScriptedWorld;
  host = new ScriptedHost();
  #port = 0;

  private constructor(dir: string, world: ScriptedWorld) {
    this.#dir = dir;
    this.world = world;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
    this.#sockets = new WebSocketServer({ server: this.#server, path: '/v1/ws/events' });
    this.#sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
      this.resumedSince.push(new URL(request.url ?? '/', this.url).searchParams.get('since'));
      this.#beat(socket);
    });
  }

  /** On a free port unless one is named. */
  static async start(
    dir: string,
    options: { readonly port?: number; readonly world?: ScriptedWorld } = {},
  ): Promise<ScriptedApi> {
    const api = new ScriptedApi(dir, options.world ?? new ScriptedWorld());
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject);
      api.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const address = api.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    api.#port = address.port;
    return api;
  }

  /** Kept after the end, so that another can take its place. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Makes one call and tells it live. */
  makeCall(upstream?: string): string {
    const call = this.world.makeCall(upstream);
    this.send(eventOf(call));
    return call.request_id;
  }

  changeCircuit(upstream: string, to: 'closed' | 'open' | 'half_open', reason: string): void {
    const from = this.world.circuitState(upstream);
    this.world.setCircuit(upstream, to, reason);
    this.send({
      event_type: 'system.circuit.changed',
      ...base(to === 'open' ? 'ERROR' : 'INFO'),
      upstream,
      from,
      to,
      reason,
    });
  }

  /** As after a restart: nothing is remembered and the uptime begins at 0. */
  startAnew(): void {
    this.world = new ScriptedWorld(Date.now());
    this.heartbeat();
  }

  heartbeat(intervalMs = 1_000): void {
    this.send(this.#heartbeatEvent(intervalMs));
  }

  /** A look at the host that only the live stream tells. */
  hostLook(values: Readonly<Record<string, number>>): void {
    this.send({ event_type: 'system.host.sampled', ...base('INFO'), values });
  }

  dropNotice(count: number): void {
    this.send({
      event_type: 'system.ws.drop_notice',
      ...base('WARN'),
      dropped_events: count,
      reason: 'slow_client',
    });
  }

  send(event: WireLiveEvent): void {
    const text = JSON.stringify(liveEventSchema.parse(event));
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  /** Live clients connected now. */
  get clients(): number {
    return this.#sockets.clients.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #beat(socket: WebSocket): void {
    socket.send(JSON.stringify(liveEventSchema.parse(this.#heartbeatEvent(1_000))));
    const timer = setInterval(() => this.heartbeat(), 1_000);
    socket.on('close', () => clearInterval(timer));
  }

  #heartbeatEvent(intervalMs: number): WireLiveEvent {
    return {
      event_type: 'system.heartbeat',
      ...base('INFO'),
      interval_ms: intervalMs,
      uptime_seconds: this.world.uptimeSeconds,
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (!url.pathname.startsWith('/v1/')) {
      await this.#sendFile(url.pathname, response);
      return;
    }
    const refusal = this.refusals.get(url.pathname);
    if (refusal !== undefined) {
      sendError(response, refusal);
      return;
    }
    if (url.pathname === '/v1/health/ready') this.#sendReadiness(response);
    else this.#sendData(url, response);
  }

  #sendReadiness(response: ServerResponse): void {
    const report = readinessSchema.parse(this.world.readiness);
    if (report.ready) {
      sendJson(response, { status: 200, body: { status: 'ok', data: report, meta: meta() } });
      return;
    }
    const code = 'DEPENDENCY_UNAVAILABLE';
    sendError(response, { status: 503, code, message: 'not ready', details: report });
  }

  #sendData(url: URL, response: ServerResponse): void {
    const answers: Readonly<Record<string, () => unknown>> = {
      '/v1/health/live': () =>
        livenessSchema.parse({
          state: 'live',
          version: '0.1.0',
          uptime_seconds: this.world.uptimeSeconds,
        }),
      '/v1/metrics/network': () =>
        networkMetricsSchema.parse(
          this.world.metrics(
            (['1m', '5m', '15m'] as const).find((w) => w === url.searchParams.get('window')) ??
              '5m',
          ),
        ),
      '/v1/resilience/state': () =>
        resilienceStateSchema.parse({ upstreams: this.world.resilience(), holds: [] }),
      '/v1/audit/status': () => auditStatusSchema.parse(this.world.audit()),
      '/v1/host': () => hostSchema.parse(this.host.now()),
      '/v1/host/history': () =>
        hostHistorySchema.parse(this.host.history(url.searchParams.get('metric') ?? '')),
      '/v1/connections': () => connectionsSchema.parse(this.host.connections()),
      '/v1/calls': () =>
        callsSchema.parse({
          calls: this.world.calls(Number(url.searchParams.get('limit') ?? 50)),
          next_cursor: null,
        }),
    };
    const answer = answers[url.pathname];
    if (answer !== undefined) {
      sendJson(response, { status: 200, body: { status: 'ok', data: answer(), meta: meta() } });
      return;
    }
    const call = this.world.call(decodeURIComponent(url.pathname.slice('/v1/calls/'.length)));
    if (call === undefined) {
      sendError(response, { status: 404, code: 'NOT_FOUND', message: 'no such call' });
      return;
    }
    const body = { status: 'ok', data: callSchema.parse(call), meta: meta() };
    sendJson(response, { status: 200, body });
  }

  async #sendFile(pathname: string, response: ServerResponse): Promise<void> {
    const file = path.join(this.#dir, pathname === '/' ? 'index.html' : pathname);
    try {
      const body = await readFile(file);
      response.writeHead(200, {
        'content-type': CONTENT_TYPES[path.extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CONTENT_POLICY,
        'x-content-type-options': 'nosniff',
      });
      response.end(body);
    } catch {
      sendError(response, { status: 404, code: 'NOT_FOUND', message: 'no such file' });
    }
  }
}

function base(severity: 'INFO' | 'WARN' | 'ERROR') {
  return {
    event_version: '1.0',
    timestamp: new Date().toISOString(),
    trace_id: PROCESS_TRACE_ID,
    severity,
  } as const;
}

function meta() {
  return { trace_id: PROCESS_TRACE_ID, timestamp: new Date().toISOString() };
}

function sendError(
  response: ServerResponse,
  { status, code, message, details = {} }: Refusal,
): void {
  const body = errorSchema.parse({
    status: 'error',
    error: { code, message, details },
    meta: meta(),
  });
  sendJson(response, { status, body });
}

function sendJson(
  response: ServerResponse,
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
