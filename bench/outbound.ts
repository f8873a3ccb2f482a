/**
 * CPU of one outbound call through the gateway against undici's bare `dispatch`, side by side: same
 * process, same sink in a child process, rounds in turn, medians told. The gateway runs as without
 * the native library, with what it knows of sockets (`facts`), and with receive stamps too
 * (`stamps`). Run with `node bench/outbound.ts`; `--profile stamps` runs one side alone, for
 * `--cpu-prof`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

import {
  type Clock,
  type OutboundCall,
  type OutboundRequest,
  StatusSet,
  type TimerHandle,
  type Timers,
  type UpstreamDefinition,
} from '@netscope/domain';
import { loadNative, NetworkProbe } from '@netscope/network-probe';
import { createOutboundGateway } from '@netscope/outbound-client';
import { Pool } from 'undici';

import { wholeNumber } from './arguments.ts';
import { type OutboundCost, outboundReport } from './outbound-report.ts';
import { median } from './statistics.ts';

const IN_FLIGHT = 64;
const BODY = Buffer.from(JSON.stringify({ text: 'x'.repeat(485) }));
const HEADERS = ['content-type', 'application/json', 'idempotency-key', 'k-0123456789abcdef'];

const { values } = parseArgs({
  options: {
    sink: { type: 'boolean' },
    profile: { type: 'string' },
    calls: { type: 'string', default: '40000' },
    rounds: { type: 'string', default: '7' },
  },
});

/** Makes so many calls, with connections of its own, and tells what each took, ms. */
interface Side {
  run(calls: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

const clock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const WARM_UP_CALLS = 4000;

async function run(calls: number, rounds: number): Promise<void> {
  const sink = await startSink();
  const { library } = loadNative();
  const facts = { receiveStamps: false };
  const sides: Record<string, () => Side> = {
    dispatch: () => bareDispatch(sink.port),
    gateway: () => throughGateway(sink.port, new NetworkProbe(clock)),
    ...(library !== undefined && {
      facts: () => throughGateway(sink.port, new NetworkProbe(clock, library, facts)),
      stamps: () => throughGateway(sink.port, new NetworkProbe(clock, library)),
    }),
  };
  const names = values.profile === undefined ? Object.keys(sides) : [values.profile];
  const samples = new Map<string, OutboundCost[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const cost = await costOf(sides[name] ?? fail(name), calls);
      // The first round warms up.
      if (round > 0) samples.get(name)?.push(cost);
    }
  }
  sink.child.kill();
  for (const line of outboundReport(samples)) console.log(line);
  process.exit(0);
}

function fail(name: string): never {
  throw new Error(`no side is called ${name}`);
}

async function costOf(open: () => Side, calls: number): Promise<OutboundCost> {
  const side = open();
  await side.run(WARM_UP_CALLS);
  const before = process.cpuUsage();
  const tookMs = await side.run(calls);
  const { user, system } = process.cpuUsage(before);
  await side.close();
  return { us: (user + system) / calls, latencyMs: median(tookMs) };
}

/** Keeps `IN_FLIGHT` calls under way until all are made; tells what each took, ms. */
function keepBusy(calls: number, makeOne: (done: () => void) => void): Promise<readonly number[]> {
  const { promise, resolve } = Promise.withResolvers<readonly number[]>();
  const tookMs: number[] = [];
  let begun = 0;
  const next = (): void => {
    if (begun >= calls) return;
    begun += 1;
    const begunAtMs = clock.monotonicMs();
    makeOne(() => {
      tookMs.push(clock.monotonicMs() - begunAtMs);
      if (tookMs.length === calls) resolve(tookMs);
      else next();
    });
  };
  for (let slot = 0; slot < IN_FLIGHT; slot += 1) next();
  return promise;
}

function bareDispatch(port: number): Side {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: IN_FLIGHT,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const makeAll = (calls: number): Promise<readonly number[]> =>
    keepBusy(calls, (done) => {
      const handler = {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: done,
        onResponseError: (_controller: unknown, error: Error) => {
          throw error;
        },
      };
      pool.dispatch({ path: '/', method: 'POST', headers: HEADERS, body: BODY }, handler);
    });
  return { run: makeAll, close: () => pool.close() };
}

function throughGateway(port: number, probe: NetworkProbe): Side {
  const nothing = (): void => undefined;
  const gateway = createOutboundGateway({
    upstreams: [definition(`http://127.0.0.1:${port}`)],
    clock,
    probe,
    timers: TIMERS,
    random: { float: Math.random, hex: () => '', uuid: () => '' },
    metrics: {
      counter: () => ({ inc: nothing }),
      histogram: () => ({ observe: nothing }),
      gauge: nothing,
    },
    bus: { publish: nothing, subscribe: () => nothing },
    log: { info: nothing, warn: nothing, error: nothing },
    processTraceId: '0'.repeat(32),
    throttleBaseMs: 1000,
    throttleCapMs: 60_000,
  });
  const { signal } = new AbortController();
  const callOnce = async (call: OutboundCall, done: () => void): Promise<void> => {
    const result = await gateway.call(call, signal);
    if (result.outcome !== 'responded') throw result.error;
    done();
  };
  const waiting: (() => void)[] = [];
  gateway.onAvailable(() => waiting.shift()?.());
  const makeAll = (calls: number): Promise<readonly number[]> =>
    keepBusy(calls, (done) => {
      const begin = (): void => {
        const admission = gateway.admit('sink');
        if (admission.kind === 'waiting') {
          waiting.push(begin);
          return;
        }
        const { permit } = admission;
        void callOnce({ request: REQUEST, context: CONTEXT, permit }, done);
      };
      begin();
    });
  const close = async (): Promise<void> => {
    await gateway.close();
    probe.close();
  };
  return { run: makeAll, close };
}

/** The platform's own timers behind the port. */
const TIMERS: Timers = {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- a handle is opaque to the port */
  set: (callback, delayMs) => setTimeout(callback, delayMs) as TimerHandle,
  background: (callback, delayMs) => setTimeout(callback, delayMs).unref() as TimerHandle,
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  /* oxlint-enable typescript/no-unsafe-type-assertion */
};

const REQUEST: OutboundRequest = {
  upstream: 'sink',
  method: 'POST',
  target: '/',
  pathTemplate: '/',
  headers: HEADERS,
  contentType: 'application/json',
  body: BODY,
  deadlineAtMs: undefined,
  repeatable: true,
  success: new StatusSet(['2xx']),
  transient: new StatusSet(['5xx']),
  responseBytesMax: 1_048_576,
};

const CONTEXT = {
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  traceFlags: '01',
  tracestate: undefined,
  requestId: 'r',
  idempotencyKey: 'k',
  route: 'sink',
  routeGroup: 'sink',
  internalIp: undefined,
  externalIp: undefined,
  source: {
    kind: 'kafka',
    cluster: 'c',
    group: 'g',
    topic: 't',
    partition: 0,
    offset: 0,
    keySha256: undefined,
    timestampMs: 0,
  },
} as const;

function definition(origin: string): UpstreamDefinition {
  return {
    name: 'sink',
    origin,
    timeouts: { connectMs: 1000, readMs: 5000, globalMs: 10_000 },
    retry: { attempts: 2, baseMs: 50, capMs: 2000, budgetRatio: 0.1, budgetMinPerSecond: 1 },
    bulkhead: { inFlight: IN_FLIGHT, queue: 2048, queueAgeMaxMs: 1000, adaptive: false },
    circuit: {
      failureRate: 0.2,
      windowMs: 10_000,
      minimumAttempts: 20,
      consecutiveFailures: 5,
      openMs: 5000,
      openMaxMs: 60_000,
      mode: 'enforce',
    },
    rateLimit: { perSecond: 0, burst: 0, mode: 'enforce' },
    connections: { max: IN_FLIGHT, keepAliveMs: 30_000, http2: false },
    tls: {
      ca: undefined,
      cert: undefined,
      key: undefined,
      serverName: undefined,
      minVersion: 'TLSv1.2',
    },
    network: {
      addresses: 'any',
      allow: [],
      externalIp: 'auto',
      externalIpUrl: undefined,
      path: 'auto',
    },
  };
}

async function startSink(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, [import.meta.filename, '--sink'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
  return { child, port: await promise };
}

/** Answers as soon as a request's last byte is there; it knows how long each is. */
function serveSink(): void {
  const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  const server = createServer((socket) => {
    let expected = 0;
    let received = 0;
    socket.on('data', (chunk) => {
      if (expected === 0) expected = chunk.indexOf('\r\n\r\n') + 4 + BODY.length;
      received += chunk.length;
      if (received < expected) return;
      received -= expected;
      expected = 0;
      socket.write(answer);
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(address.port);
  });
}

if (values.sink === true) serveSink();
else await run(wholeNumber('calls', values.calls), wholeNumber('rounds', values.rounds));
