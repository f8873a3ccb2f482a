import type { Socket } from 'node:net';

import {
  type Attempt,
  type Clock,
  type Outcome,
  readRetryAfter,
  type ResponseHeaders,
  type Throttle,
  type TimeoutType,
  isThrottle,
} from '@netscope/domain';
import {
  type ConnectionTrace,
  type JoinTarget,
  measureAttempt,
  type NetworkProbe,
  type PathSetting,
  type SentRequest,
  type SocketLook,
} from '@netscope/network-probe';

import {
  abortedEnd,
  type AttemptEnd,
  overdueEnd,
  type TimedOutEnd,
  type UnansweredEnd,
} from './attempt-end.ts';
import type { BodyDigests } from './body-digests.ts';
import type { CallState, Interruptible } from './call-state.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { Due, DueList } from './due-list.ts';
import { requestBytes } from './request-bytes.ts';
import { ResponseBody } from './response-body.ts';
import { roundMs } from './round-ms.ts';
import { latenessError, timeoutError, translateFailure } from './translate-failure.ts';
import type { AttemptListener } from './transport.ts';

export interface ExchangeParts {
  readonly upstream: string;
  readonly clock: Clock;
  /** Where attempts stand until they end or are due. */
  readonly due: DueList;
  readonly probe: NetworkProbe;
  readonly readMs: number;
  readonly throttleCapMs: number;
  readonly digests: BodyDigests;
  readonly path: PathSetting;
}

/** What the HTTP client lets a request's handler do. */
export interface ExchangeController {
  abort(reason: Error): void;
}

const STATUS_FINAL_MIN = 200;
const ABANDONED = new Error('nobody waits for this request any more');

/**
 * One request and its response: the HTTP client's handler, the attempt's stamps and its timeouts.
 * The listener hears once; what the client says after that only ends the lingering.
 */
export class Exchange implements JoinTarget, Interruptible, Due {
  dueAtMs: number;
  dueIndex = 0;
  readonly #parts: ExchangeParts;
  readonly #call: CallState;
  readonly #listener: AttemptListener;
  readonly #dispatchedAtMs: number;
  readonly #wallMs: number;
  readonly #body: ResponseBody;
  #controller: ExchangeController | undefined;
  #socket: Socket | undefined;
  #connection: ConnectionTrace | undefined;
  #opened: ConnectionTrace | undefined;
  /** Requests that the connection had carried before. */
  #reuses: number | undefined;
  /** The socket as it was when the request began. */
  #mark: SocketLook | undefined;
  #startedAtMs: number | undefined;
  #writtenAtMs: number | undefined;
  #firstByteAtMs: number | undefined;
  /** Header and body, as they are handed to the socket. */
  #bytesSent = 0;
  #status = 0;
  #retryAfter: string | undefined;
  #isEnded = false;
  #isLetGo = false;
  #letGo: (() => void) | undefined;

  constructor(call: CallState, listener: AttemptListener, parts: ExchangeParts) {
    this.#call = call;
    this.#listener = listener;
    this.#parts = parts;
    this.#body = new ResponseBody(call.request.responseBytesMax, parts.digests);
    this.#wallMs = parts.clock.wallMs();
    this.#dispatchedAtMs = parts.clock.monotonicMs();
    // The read timeout runs from the request written; before that only the deadline does.
    this.dueAtMs = call.deadlineAtMs;
    parts.due.enter(this, this.#dispatchedAtMs);
    call.waitsFor = this;
  }

  /** This request made the client open a connection, which it may come to use. */
  opening(trace: ConnectionTrace): void {
    this.#opened = trace;
  }

  onRequestStart(controller: ExchangeController): void {
    // A throw keeps the client from writing, and leaves the connection to others.
    if (this.#isEnded) throw ABANDONED;
    this.#controller = controller;
    this.#startedAtMs = this.#parts.clock.monotonicMs();
    this.#parts.probe.starting(this);
  }

  joined({ socket, connection, headerBytes }: SentRequest): void {
    this.#socket = socket;
    this.#connection = connection;
    this.#reuses = connection && connection.requests - 1;
    this.#mark = connection?.mark();
    this.#opened = connection?.requests === 1 ? connection : undefined;
    this.#bytesSent = requestBytes(headerBytes, this.#call.request);
  }

  onRequestSent(): void {
    if (this.#socket?.writableNeedDrain !== true) this.#written();
    else this.#socket.once('drain', () => this.#written());
  }

  onResponseStarted(): void {
    if (this.#status === 0) this.#firstByteAtMs = this.#parts.clock.monotonicMs();
  }

  onResponseStart(_controller: ExchangeController, status: number, headers: ResponseHeaders): void {
    if (status < STATUS_FINAL_MIN) {
      this.#connection?.sawInterim();
      return;
    }
    this.#status = status;
    if (!this.#isEnded) this.#call.request.tap?.begin(headers);
    const retryAfter = headers['retry-after'];
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : retryAfter?.[0];
  }

  onResponseData(_controller: ExchangeController, chunk: Uint8Array): void {
    this.#body.add(chunk);
    // What an attempt that was given up still hears is not the answer.
    if (!this.#isEnded) this.#call.request.tap?.add(chunk);
  }

  onResponseEnd(): void {
    this.#isLetGo = true;
    this.#letGo?.();
    if (this.#isEnded) return;
    const stoppedAtMs = this.#parts.clock.monotonicMs();
    const response = this.#body.digest();
    this.#end({
      attempt: this.#attempt({ outcome: 'responded', stoppedAtMs }),
      bytesLeft: true,
      reached: true,
      lingering: undefined,
      outcome: 'responded',
      status: this.#status,
      throttle: this.#throttle(),
      response,
      truncated: this.#body.isTruncated,
    });
  }

  onResponseError(_controller: unknown, cause: unknown): void {
    this.#isLetGo = true;
    this.#letGo?.();
    if (this.#isEnded) return;
    const failure = translateFailure(cause, this.#parts.upstream);
    const isConnect = cause instanceof ConnectFailure;
    if (isConnect) this.#opened = cause.trace;
    const stoppedAtMs = isConnect ? cause.atMs : this.#parts.clock.monotonicMs();
    const timeoutType = failure.outcome === 'timed_out' ? failure.timeoutType : undefined;
    const errorCode = failure.error.code;
    const facts = this.#facts({ outcome: failure.outcome, stoppedAtMs, timeoutType, errorCode });
    const reached = facts.reached || (isConnect && cause.why !== 'blocked');
    this.#end({ ...facts, ...failure, reached });
  }

  /** The caller gave up. */
  interrupt(): void {
    const end = abortedEnd();
    if (!this.#hasBegun) return this.#endUnbegun(end);
    const { error } = end;
    this.#giveUp(error);
    const stoppedAtMs = this.#parts.clock.monotonicMs();
    const facts = this.#facts({ outcome: 'aborted', stoppedAtMs, errorCode: error.code });
    this.#end({ ...facts, outcome: 'aborted', error });
  }

  #written(): void {
    if (this.#isEnded || this.#writtenAtMs !== undefined) return;
    const nowMs = this.#parts.clock.monotonicMs();
    this.#writtenAtMs = nowMs;
    const readDueMs = nowMs + this.#parts.readMs;
    if (readDueMs >= this.dueAtMs) return;
    this.dueAtMs = readDueMs;
    this.#parts.due.sooner(this, nowMs);
  }

  #throttle(): Throttle | undefined {
    if (!isThrottle(this.#status, this.#retryAfter)) return undefined;
    const bounds = { wallMs: this.#parts.clock.wallMs(), capMs: this.#parts.throttleCapMs };
    return { retryAfterMs: readRetryAfter(this.#retryAfter, bounds) };
  }

  /** The deadline, or the read timeout where that was due before it. */
  onDue(nowMs: number): void {
    if (this.#isEnded) return;
    if (!this.#hasBegun) return this.#endUnbegun(overdueEnd(nowMs - this.#call.admittedAtMs));
    const timeoutType: TimeoutType = this.dueAtMs < this.#call.deadlineAtMs ? 'read' : 'global';
    const sinceMs = timeoutType === 'read' ? this.#writtenAtMs : this.#call.admittedAtMs;
    const elapsedMs = roundMs(nowMs - (sinceMs ?? this.#dispatchedAtMs));
    const { upstream } = this.#parts;
    const blame = this.#isOurs() ? latenessError : timeoutError;
    const error = blame(timeoutType, elapsedMs, { upstream });
    this.#giveUp(error);
    const stamps = { outcome: 'timed_out', stoppedAtMs: this.dueAtMs, timeoutType } as const;
    const facts = this.#facts({ ...stamps, errorCode: error.code });
    this.#end({ ...facts, outcome: 'timed_out', timeoutType, elapsedMs, error });
  }

  /**
   * Our event loop was late, not the answer: that lies unread, or the request left only when it was
   * due already. Asked before the connection is given up, and with it what lies in its receive queue.
   */
  #isOurs(): boolean {
    const leftLate = this.#writtenAtMs !== undefined && this.#writtenAtMs > this.dueAtMs;
    return leftLate || this.#connection?.hasUnreadSince(this.dueAtMs) === true;
  }

  /** Nothing was done for it as long as it only waited for a connection that others had. */
  get #hasBegun(): boolean {
    return this.#startedAtMs !== undefined || this.#opened !== undefined;
  }

  /** No attempt was made: what is over is the wait for a connection. */
  #endUnbegun(end: TimedOutEnd | UnansweredEnd): void {
    this.#giveUp(end.error);
    this.#end({ ...end, lingering: this.#untilLetGo() });
  }

  /** From here on nothing the client says counts; it lets go at once, or when it gets to it. */
  #giveUp(reason: Error): void {
    this.#isEnded = true;
    this.#controller?.abort(reason);
  }

  #end(end: AttemptEnd): void {
    this.#isEnded = true;
    this.#call.waitsFor = undefined;
    this.#parts.due.leave(this);
    this.#listener(this.#call, end);
  }

  #facts(stop: AttemptStop): EndFactsNow {
    return {
      attempt: this.#attempt(stop),
      bytesLeft: this.#bytesSent > 0,
      reached: this.#bytesSent > 0,
      lingering: this.#isLetGo ? undefined : this.#untilLetGo(),
    };
  }

  #untilLetGo(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#letGo = resolve;
    return promise;
  }

  #attempt(stop: AttemptStop): Attempt {
    const carrier = this.#connection ?? this.#opened;
    const isAnswered = stop.outcome === 'responded' || stop.errorCode === 'LOCAL_EVENT_LOOP';
    const { phases, totalMs, socket, bytesLeft } = measureAttempt(
      {
        dispatchedAtMs: this.#dispatchedAtMs,
        startedAtMs: this.#startedAtMs,
        writtenAtMs: this.#writtenAtMs,
        firstByteAtMs: this.#firstByteAtMs,
        stoppedAtMs: stop.stoppedAtMs,
        endedAtMs: this.#parts.clock.monotonicMs(),
        opened: this.#opened,
        connection: carrier,
        mark: this.#mark,
        isAnswered,
        bytesSent: this.#bytesSent,
      },
      this.#call.shares,
      this.#parts.path,
    );
    return {
      outcome: stop.outcome,
      status: this.#status === 0 ? undefined : this.#status,
      timeoutType: stop.timeoutType,
      errorCode: stop.errorCode,
      startedAtMs: this.#wallMs,
      totalMs,
      backoffMs: this.#call.backoffMs,
      connection: carrier?.connectedAtMs === undefined ? undefined : carrier.id,
      reused: this.#reuses === undefined ? undefined : this.#reuses > 0,
      reuseCount: this.#reuses,
      localAddress: carrier?.localAddress,
      remoteAddress: carrier?.remoteAddress,
      phasesMs: phases,
      socket,
      tls: carrier?.tls,
      bytesSent: bytesLeft,
      bytesReceived: this.#body.bytesRead,
    };
  }
}

interface AttemptStop {
  readonly outcome: Outcome;
  readonly stoppedAtMs: number;
  readonly timeoutType?: TimeoutType | undefined;
  readonly errorCode?: string;
}

type EndFactsNow = Pick<AttemptEnd, 'attempt' | 'bytesLeft' | 'reached' | 'lingering'>;
