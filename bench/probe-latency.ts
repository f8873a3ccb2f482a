import type { Socket } from 'node:net';

import type { Clock } from '@netscope/domain';
import {
  CallShares,
  measureAttempt,
  type NativeLibrary,
  NetworkProbe,
  type SentRequest,
  type SocketLook,
} from '@netscope/network-probe';
import { buildConnector, type Dispatcher, Pool } from 'undici';

import { median } from './rig.ts';

const WARM_UP_PAIRS = 10;
/** Of a new connection, before its block. */
const CALLS_UNTIMED = 5;
const BYTES_SENT = 700;
const BODY = Buffer.alloc(500, 'x');
const HEADERS = ['content-type', 'application/json'];
const OPTIONS = { connections: 1, pipelining: 1, allowH2: false } as const;

export interface ProbeLatencyOptions {
  readonly origin: string;
  readonly clock: Clock;
  readonly native: NativeLibrary;
  /** Of a block: few, so that both sides of a pair meet the same machine. */
  readonly calls: number;
  /** Of blocks: one without the probe, one with it. */
  readonly pairs: number;
}

/** Medians of calls one after the other, us. */
export interface ProbeLatency {
  readonly bareUs: number;
  readonly measuredUs: number;
  /** Median over pairs of blocks of how much longer the measured calls took, as a share. */
  readonly share: number;
}

/**
 * How much longer a call takes when it is measured: the same client on the same upstream, one call
 * at a time, blocks without and with the probe in turn.
 */
export async function probeLatency(options: ProbeLatencyOptions): Promise<ProbeLatency> {
  const { origin, clock, native, calls } = options;
  const probe = new NetworkProbe(clock, native);
  const bare = new Pool(origin, OPTIONS);
  const pairs: { bareUs: number; measuredUs: number }[] = [];
  for (let pair = -WARM_UP_PAIRS; pair < options.pairs; pair += 1) {
    const bareUs = await block(calls, () => call(bare, new BareCall(clock)));
    probe.start();
    // Its connection is watched by the probe that has just started.
    const followed = new Pool(origin, { ...OPTIONS, connect: followedBy(probe) });
    await block(CALLS_UNTIMED, () => call(followed, new MeasuredCall(clock, probe)));
    const measuredUs = await block(calls, () => call(followed, new MeasuredCall(clock, probe)));
    // Nobody listens to the client while the other side is timed.
    await followed.close();
    probe.close();
    if (pair >= 0) pairs.push({ bareUs, measuredUs });
  }
  await bare.close();
  return {
    bareUs: median(pairs.map(({ bareUs }) => bareUs)),
    measuredUs: median(pairs.map(({ measuredUs }) => measuredUs)),
    share: median(pairs.map(({ bareUs, measuredUs }) => measuredUs / bareUs - 1)),
  };
}

/** Median of a block's calls, us. */
async function block(calls: number, makeOne: () => Promise<number>): Promise<number> {
  const tookUs: number[] = [];
  for (let made = 0; made < calls; made += 1) tookUs.push((await makeOne()) * 1000);
  return median(tookUs);
}

function call(pool: Pool, handler: BareCall): Promise<number> {
  pool.dispatch({ path: '/v1/send', method: 'POST', headers: HEADERS, body: BODY }, handler);
  return handler.tookMs;
}

/** A call that is timed from before the pool to its last byte, and nothing else. */
class BareCall implements Dispatcher.DispatchHandler {
  readonly #done = Promise.withResolvers<number>();
  protected readonly clock: Clock;
  protected readonly dispatchedAtMs: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.dispatchedAtMs = clock.monotonicMs();
  }

  get tookMs(): Promise<number> {
    return this.#done.promise;
  }

  onRequestStart(_controller: Dispatcher.DispatchController): void {}

  onResponseStart(): void {}

  onResponseData(): void {}

  onResponseEnd(): void {
    this.#done.resolve(this.clock.monotonicMs() - this.dispatchedAtMs);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#done.reject(error);
  }
}

/** The same with all that the gateway does to measure an attempt. */
class MeasuredCall extends BareCall {
  readonly #probe: NetworkProbe;
  #startedAtMs = 0;
  #writtenAtMs = 0;
  #firstByteAtMs: number | undefined;
  #connection: SentRequest['connection'];
  #mark: SocketLook | undefined;

  constructor(clock: Clock, probe: NetworkProbe) {
    super(clock);
    this.#probe = probe;
  }

  override onRequestStart(): void {
    this.#startedAtMs = this.clock.monotonicMs();
    this.#probe.starting(this);
  }

  joined({ connection }: SentRequest): void {
    this.#connection = connection;
    this.#mark = connection?.mark();
  }

  onRequestSent(): void {
    this.#writtenAtMs = this.clock.monotonicMs();
  }

  onResponseStarted(): void {
    this.#firstByteAtMs ??= this.clock.monotonicMs();
  }

  override onResponseEnd(): void {
    const stoppedAtMs = this.clock.monotonicMs();
    const shares = new CallShares();
    const ended = {
      dispatchedAtMs: this.dispatchedAtMs,
      startedAtMs: this.#startedAtMs,
      writtenAtMs: this.#writtenAtMs,
      firstByteAtMs: this.#firstByteAtMs,
      stoppedAtMs,
      endedAtMs: this.clock.monotonicMs(),
      opened: undefined,
      connection: this.#connection,
      mark: this.#mark,
      isAnswered: true,
      hadInterim: false,
      bytesSent: BYTES_SENT,
    };
    const { socket } = measureAttempt(ended, shares, 'auto');
    if (socket === undefined) throw new Error('the kernel told nothing of this call');
    shares.verdict();
    super.onResponseEnd();
  }
}

function followedBy(probe: NetworkProbe): buildConnector.connector {
  const connect = buildConnector({ allowH2: false });
  return (options, callback) => {
    const trace = probe.connecting();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what undici's connector returns
    const socket = connect(options, callback) as unknown as Socket;
    probe.follow(socket, trace);
  };
}
