/**
 * `pnpm bench probe`: what measuring an attempt costs, its phases alone and with what the kernel
 * knows of its socket, beside the floor of a request, undici's bare `dispatch`, in the same run; and
 * how much longer a call takes for it. Ratios travel, times do not. Exits 1 where a promise is not
 * kept.
 */
import { execFile } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import type { Clock } from '@netscope/domain';
import {
  CallShares,
  loadNative,
  measureAttempt,
  type NativeLibrary,
  NetworkProbe,
  type SentRequest,
  type SocketLook,
} from '@netscope/network-probe';
import { BareUpstream } from '@netscope/test-support';

import { probeLatency } from './probe-latency.ts';
import { stampsCost } from './probe-stamps.ts';
import { median } from './statistics.ts';

const ROUNDS = 7;
const ATTEMPTS = 200_000;
const REQUESTS = 40_000;
const IN_FLIGHT = 64;
/** As the channel of the HTTP client is called, and what it puts on it. */
const SEND_HEADERS = channel('undici:client:sendHeaders');
const HEADERS = `POST /v1/send HTTP/1.1\r\nhost: 127.0.0.1\r\n${'x-header: value\r\n'.repeat(6)}`;
const BYTES_SENT = 700;

const PROBE_US_MAX = 3.5;
const LOOK_US_MAX = 1;
/** Of a call to an upstream that takes a millisecond: as near as another machine can be. */
const LATENCY_SHARE_MAX = 0.05;
const NEAR_MS = 1;

const clock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const run = promisify(execFile);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

class Joined {
  connection: SentRequest['connection'];
  mark: SocketLook | undefined;

  joined({ connection }: SentRequest): void {
    this.connection = connection;
    this.mark = connection?.mark();
  }
}

interface Costs {
  readonly dispatchUs: number;
  readonly phasesUs: number;
  readonly factsUs: number;
  readonly stampsUs: number;
  readonly lookUs: number;
}

const { library } = loadNative();
if (library === undefined) throw new Error('the native library is not built: pnpm build:native');
using sink = await BareUpstream.start();
const rounds: Costs[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const costs = {
    dispatchUs: await dispatchUs(sink.origin),
    phasesUs: await attemptUs(new NetworkProbe(clock)),
    factsUs: await attemptUs(new NetworkProbe(clock, library, { receiveStamps: false })),
    stampsUs: await attemptUs(new NetworkProbe(clock, library)),
    lookUs: await lookUs(library),
  };
  // The first round warms up.
  if (round > 0) rounds.push(costs);
}
using near = await BareUpstream.start({ delayMs: NEAR_MS });
const isCheap = report(rounds);
await reportStamps(library);
const isQuick = await reportLatency(library);
process.exitCode = isCheap && isQuick ? 0 : 1;

function report(all: readonly Costs[]): boolean {
  const of = (cost: keyof Costs): number => median(all.map((costs) => costs[cost]));
  const [dispatch, phases, facts] = [of('dispatchUs'), of('phasesUs'), of('factsUs')];
  const [stamps, look] = [of('stampsUs'), of('lookUs')];
  const share = (us: number): string => `${((us / dispatch) * 100).toFixed(1)} % of a dispatch`;
  say(`undici's dispatch: ${dispatch.toFixed(2)} us CPU a request, median of ${all.length}`);
  say(`phases alone: ${phases.toFixed(2)} us an attempt, ${share(phases)}`);
  say(`phases and facts: ${facts.toFixed(2)} us, ${share(facts)}`);
  say(`with receive stamps: ${stamps.toFixed(2)} us (at most ${PROBE_US_MAX}), ${share(stamps)}`);
  say(`one native look: ${look.toFixed(2)} us (below ${LOOK_US_MAX}), ${share(look)}`);
  return Math.max(facts, stamps) <= PROBE_US_MAX && look < LOOK_US_MAX;
}

/** The thread of the receive stamps beside the rest, few calls at a time and many. */
async function reportStamps(native: NativeLibrary): Promise<void> {
  const parts = { clock, native };
  const few = { origin: near.origin, calls: 2000, inFlight: 4, pairs: 7 };
  const many = { origin: sink.origin, calls: REQUESTS, inFlight: IN_FLIGHT, pairs: 7 };
  for (const options of [few, many]) {
    const { withoutUs, withUs, addedUs, callsPerSecond } = await stampsCost({
      ...parts,
      ...options,
    });
    const us = `${withoutUs.toFixed(2)} us of CPU a call without receive stamps, ${withUs.toFixed(2)} with them`;
    say(
      `${options.inFlight} in flight, ${callsPerSecond.toFixed(0)} a second: ${us}: ${addedUs.toFixed(2)} us more`,
    );
  }
}

/** At once on this machine is the least that a call can take, and is told; a promise is of a real one. */
async function reportLatency(native: NativeLibrary): Promise<boolean> {
  const parts = { clock, native };
  const atOnce = await probeLatency({ ...parts, origin: sink.origin, calls: 250, pairs: 100 });
  const real = await probeLatency({ ...parts, origin: near.origin, calls: 50, pairs: 60 });
  for (const [what, { bareUs, measuredUs, share }] of [
    ['an upstream here that answers at once', atOnce],
    [`one that takes ${NEAR_MS} ms (at most ${LATENCY_SHARE_MAX * 100} %)`, real],
  ] as const) {
    const us = `${bareUs.toFixed(1)} us without the probe, ${measuredUs.toFixed(1)} us with it`;
    say(`median latency of ${what}: ${us}, ${(share * 100).toFixed(1)} % more`);
  }
  return real.share < LATENCY_SHARE_MAX;
}

async function dispatchUs(origin: string): Promise<number> {
  const args = [path.join(import.meta.dirname, 'bare-dispatch.ts'), origin];
  const counts = [REQUESTS / 5, REQUESTS, IN_FLIGHT].map(String);
  return Number((await run(process.execPath, [...args, ...counts])).stdout);
}

/** Everything that the gateway does to measure one answered attempt on a reused connection. */
async function attemptUs(probe: NetworkProbe): Promise<number> {
  probe.start();
  const socket = await openSocket(probe);
  const us = cpuUs(ATTEMPTS, () => measured(probe, socket));
  socket.destroy();
  probe.close();
  return us;
}

function measured(probe: NetworkProbe, socket: Socket): void {
  const dispatchedAtMs = clock.monotonicMs();
  const target = new Joined();
  const startedAtMs = clock.monotonicMs();
  probe.starting(target);
  SEND_HEADERS.publish({ request: target, headers: HEADERS, socket });
  const { connection, mark } = target;
  const writtenAtMs = clock.monotonicMs();
  const firstByteAtMs = clock.monotonicMs();
  const stoppedAtMs = clock.monotonicMs();
  const shares = new CallShares();
  measureAttempt(
    {
      dispatchedAtMs,
      startedAtMs,
      writtenAtMs,
      firstByteAtMs,
      stoppedAtMs,
      endedAtMs: clock.monotonicMs(),
      opened: undefined,
      connection,
      mark,
      isAnswered: true,
      bytesSent: BYTES_SENT,
    },
    shares,
    'auto',
  );
  shares.verdict();
}

async function lookUs(native: NativeLibrary): Promise<number> {
  const socket = await openSocket(new NetworkProbe(clock));
  const fd = descriptorOf(socket);
  const look = new Float64Array(native.socketFields().length);
  const us = cpuUs(ATTEMPTS, () => native.readSocket(fd, look));
  if (native.readSocket(fd, look) !== 0) throw new Error('the kernel does not tell of this socket');
  socket.destroy();
  return us;
}

async function openSocket(probe: NetworkProbe): Promise<Socket> {
  const trace = probe.connecting();
  const { hostname, port } = new URL(sink.origin);
  const socket = connect({ host: hostname, port: Number(port) });
  probe.follow(socket, trace);
  await once(socket, 'connect');
  return socket;
}

function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: unknown } };
  if (typeof handle?.fd !== 'number') throw new Error('this socket has no descriptor');
  return handle.fd;
}

function cpuUs(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}
