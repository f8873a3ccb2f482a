import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { CephCluster } from './ceph-cluster.ts';
import { KafkaBroker } from './kafka-broker.ts';
import { ensurePrerequisites, type ServiceKind } from './prerequisites.ts';
import { withProgress } from './progress.ts';

/** Where test processes find the host of a run. */
export const HOST_VARIABLE = 'NETSCOPE_TEST_SERVICES';

const BROKER_ACTIONS = ['kill', 'restart', 'pause', 'unpause'] as const;

const RGW_ACTIONS = [
  'stopRgw',
  'killRgw',
  'startRgw',
  'freezeRgw',
  'thawRgw',
  'pause',
  'unpause',
] as const;

/**
 * Owns the services that the files of a test run share, and starts each when it is first asked for.
 * Test files live in processes of their own, so they ask over HTTP on loopback:
 * `POST /KIND/ensure`, `POST /kafka/start`, `POST /rgw/start`, and `POST /kafka|rgw/ACTION`.
 */
export class ServiceHost implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #missing = new Map<ServiceKind, Promise<string | undefined>>();
  #kafka: Promise<KafkaBroker> | undefined;
  #rgw: Promise<CephCluster> | undefined;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Listens on a free port of loopback; starts no service. */
  static async listen(): Promise<ServiceHost> {
    const server = createServer();
    server.requestTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the host has no port');
    return new ServiceHost(server, `http://127.0.0.1:${address.port}`);
  }

  /** Ends every service that was started. */
  async [Symbol.asyncDispose](): Promise<void> {
    const services = await Promise.allSettled([this.#kafka, this.#rgw]);
    const started = services.flatMap((service) =>
      service.status === 'fulfilled' && service.value !== undefined ? [service.value] : [],
    );
    await Promise.all(started.map(async (service) => service.stop()));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const [, kind = '', action = '', detail = '[]'] = (request.url ?? '').split('/');
    try {
      const value = (await this.#do(kind, action, decodeURIComponent(detail))) ?? null;
      response.writeHead(200).end(JSON.stringify({ value }));
    } catch (error) {
      response.writeHead(500).end(JSON.stringify({ error: sentenceOf(error) }));
    }
  }

  async #do(kind: string, action: string, detail: string): Promise<unknown> {
    if (action === 'ensure' && isServiceKind(kind)) return this.#ensure(kind);
    if (kind === 'kafka') return this.#doKafka(action);
    if (kind === 'rgw') return this.#doRgw(action, detail);
    throw new Error(`no service "${kind}" with "${action}"`);
  }

  async #ensure(kind: ServiceKind): Promise<string | undefined> {
    const known = this.#missing.get(kind) ?? ensurePrerequisites(kind);
    this.#missing.set(kind, known);
    return known;
  }

  async #doKafka(action: string): Promise<unknown> {
    this.#kafka ??= withProgress('starting Apache Kafka', async () => KafkaBroker.start());
    const kafka = await this.#kafka;
    if (action === 'start') {
      await kafka.restart();
      return kafka.port;
    }
    const known = BROKER_ACTIONS.find((name) => name === action);
    if (known === undefined) throw new Error(`kafka has no "${action}"`);
    await kafka[known]();
    return undefined;
  }

  async #doRgw(action: string, detail: string): Promise<unknown> {
    this.#rgw ??= withProgress('starting Ceph with RGW', async () => CephCluster.start());
    const rgw = await this.#rgw;
    if (action === 'start') {
      await rgw.startRgw();
      return rgw.address;
    }
    if (action === 'admin') return rgw.admin(JSON.parse(detail));
    const known = RGW_ACTIONS.find((name) => name === action);
    if (known === undefined) throw new Error(`rgw has no "${action}"`);
    await rgw[known]();
    return undefined;
  }
}

function isServiceKind(kind: string): kind is ServiceKind {
  return ['kafka', 'rgw', 'chromium', 'versitygw'].includes(kind);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${sentenceOf(error.cause)}`;
}
