import type { Socket } from 'node:net';

import type { Clock } from '@netscope/domain';
import {
  CallShares,
  measureAttempt,
  type NetworkProbe,
  type SentRequest,
  type SocketLook,
} from '@netscope/network-probe';
import { buildConnector, type Dispatcher, type Pool } from 'undici';

const BYTES_SENT = 700;
const BODY = Buffer.alloc(500, 'x');
const HEADERS = ['content-type', 'application/json'];

/** A call that is timed from before the pool to its last byte, and nothing else. */
export class BareCall implements Dispatcher.DispatchHandler {
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
export class MeasuredCall extends BareCall {
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
      bytesSent: BYTES_SENT,
    };
    const { socket } = measureAttempt(ended, shares, 'auto');
    if (socket === undefined) throw new Error('the kernel told nothing of this call');
    shares.verdict();
    super.onResponseEnd();
  }
}

/** Hands the request to the client. */
export function send(pool: Pool, handler: BareCall): void {
  pool.dispatch({ path: '/v1/send', method: 'POST', headers: HEADERS, body: BODY }, handler);
}

/** Connections that the probe follows. */
export function followedBy(probe: NetworkProbe): buildConnector.connector {
  const connect = buildConnector({ allowH2: false });
  return (options, callback) => {
    const trace = probe.connecting();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what undici's connector returns
    const socket = connect(options, callback) as unknown as Socket;
    probe.follow(socket, trace);
  };
}
