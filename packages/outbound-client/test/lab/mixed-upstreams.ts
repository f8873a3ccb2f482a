import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import path from 'node:path';

import type { Outcome, OutboundRequest, UpstreamDefinition } from '@netscope/domain';

import { closedPort, RawServer } from '../support/raw-server.ts';
import { definitionOf, type DefinitionChange } from '../support/rig.ts';

const SUPPORT = path.resolve(import.meta.dirname, '../support');
const cert = readFileSync(path.join(SUPPORT, 'test-cert.pem'), 'utf8');
const key = readFileSync(path.join(SUPPORT, 'test-key.pem'), 'utf8');

const PATIENT = { connectMs: 8000, readMs: 20_000, globalMs: 30_000 };
const UPLOAD = Buffer.alloc(1_048_576, 'u');
const PART = Buffer.alloc(4096, 'p');
const PARTS = 3;
const PART_EVERY_MS = 3;

/** A way in which calls go, and how many of a run go that way. */
export interface MixedKind {
  readonly name: string;
  readonly calls: number;
  readonly upstream: string;
  readonly outcome: Outcome;
  readonly request?: Partial<OutboundRequest>;
  /** The caller gives up after so many milliseconds. */
  readonly abortAfterMs?: number;
}

/** 20,000 calls in all. */
export const MIXED_KINDS: readonly MixedKind[] = [
  { name: 'plain', outcome: 'responded', calls: 8000, upstream: 'plain' },
  {
    name: 'plain, closed each time',
    outcome: 'responded',
    calls: 1000,
    upstream: 'plain',
    request: { target: '/close' },
  },
  {
    name: 'slow body',
    outcome: 'responded',
    calls: 600,
    upstream: 'plain',
    request: { target: '/parts' },
  },
  {
    name: 'large upload',
    outcome: 'responded',
    calls: 300,
    upstream: 'plain',
    request: { body: UPLOAD },
  },
  { name: 'TLS', outcome: 'responded', calls: 2500, upstream: 'tls' },
  {
    name: 'TLS, closed each time',
    outcome: 'responded',
    calls: 500,
    upstream: 'tls',
    request: { target: '/close' },
  },
  { name: 'HTTP/2', outcome: 'responded', calls: 3000, upstream: 'http2' },
  { name: 'refused', outcome: 'refused', calls: 1500, upstream: 'refused' },
  { name: 'reset', outcome: 'failed', calls: 1500, upstream: 'reset' },
  { name: 'timed out', outcome: 'timed_out', calls: 600, upstream: 'silent' },
  { name: 'handshake timed out', outcome: 'timed_out', calls: 300, upstream: 'stalled' },
  { name: 'given up', outcome: 'aborted', calls: 200, upstream: 'patient', abortAfterMs: 5 },
];

/** Every upstream that the kinds name, on loopback; they end with this. */
export class MixedUpstreams implements AsyncDisposable {
  readonly definitions: readonly UpstreamDefinition[];
  readonly #ends: readonly (() => Promise<void>)[];

  private constructor(
    definitions: readonly UpstreamDefinition[],
    ends: readonly (() => Promise<void>)[],
  ) {
    this.definitions = definitions;
    this.#ends = ends;
  }

  static async start(): Promise<MixedUpstreams> {
    const plain = createHttp(answer);
    const secure = createHttps({ cert, key }, answer);
    const http2 = createSecureServer({ cert, key }, (request, response) => {
      request.resume().once('end', () => response.end(PART));
    });
    const ports = await Promise.all([plain, secure, http2].map(listen));
    const [plainPort, securePort, http2Port] = ports;
    const silent = await RawServer.start((socket) => void socket.resume());
    const reset = await RawServer.start((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const quick = { ...PATIENT, readMs: 30 };
    const quickHandshake = { ...PATIENT, connectMs: 60 };
    const definitions = [
      upstream('plain', `http://localhost:${plainPort}`),
      upstream('tls', `https://localhost:${securePort}`),
      upstream('http2', `https://localhost:${http2Port}`, {
        connections: { max: 4, http2: true },
      }),
      upstream('refused', `http://127.0.0.1:${await closedPort()}`),
      upstream('reset', reset.origin, { retry: { attempts: 2, budgetRatio: 1 } }),
      upstream('silent', silent.origin, { timeouts: quick }),
      upstream('stalled', silent.origin.replace('http:', 'https:'), { timeouts: quickHandshake }),
      upstream('patient', silent.origin),
    ];
    return new MixedUpstreams(definitions, [
      ...[silent, reset].map((server) => async () => server[Symbol.asyncDispose]()),
      ...[plain, secure, http2].map((server) => async () => void server.close()),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ends.map(async (end) => end()));
  }
}

function upstream(name: string, origin: string, change: DefinitionChange = {}): UpstreamDefinition {
  return definitionOf({
    name,
    origin,
    timeouts: PATIENT,
    retry: { attempts: 1, baseMs: 1, capMs: 2 },
    circuit: { mode: 'observe' },
    bulkhead: { inFlight: 1000 },
    connections: { max: 64 },
    tls: { ca: cert },
    ...change,
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/close') response.setHeader('connection', 'close');
  request.resume().once('end', () => {
    if (request.url === '/parts') sendParts(response, PARTS);
    else response.end(PART);
  });
}

function sendParts(response: ServerResponse, left: number): void {
  if (left === 0) response.end();
  else {
    response.write(PART);
    setTimeout(() => sendParts(response, left - 1), PART_EVERY_MS);
  }
}

async function listen(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return (server.address() as AddressInfo).port;
}
