import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  type Admission,
  type Attempt,
  type CallPermit,
  type OutboundRequest,
  type OutboundResult,
  UpstreamError,
  type UpstreamErrorCode,
} from '@netscope/domain';
import { LocalAddresses } from '@netscope/network-probe';
import { ManualClock, RecordingMetrics, SeededRandom } from '@netscope/test-support';

import { AbortWatch } from '../../src/abort-watch.ts';
import { abortedEnd, type AttemptEnd } from '../../src/attempt-end.ts';
import type { CallState } from '../../src/call-state.ts';
import type { CircuitChange } from '../../src/circuit.ts';
import { OwnAddresses } from '../../src/own-addresses.ts';
import type { RateLimitChange } from '../../src/rate-limit-watch.ts';
import type { AttemptListener, Transport } from '../../src/transport.ts';
import { Upstream } from '../../src/upstream.ts';
import {
  context,
  definitionOf,
  type DefinitionChange,
  neverAborted,
  permitOf,
  requestOf,
} from './rig.ts';

/** One attempt under way, which ends as the test says. */
export class PendingAttempt {
  readonly call: CallState;
  readonly #resolve: (end: AttemptEnd) => void;

  constructor(call: CallState, resolve: (end: AttemptEnd) => void) {
    this.call = call;
    this.#resolve = resolve;
  }

  respond(status: number, retryAfterMs?: number | 'untold'): void {
    const throttle =
      retryAfterMs === undefined
        ? undefined
        : { retryAfterMs: retryAfterMs === 'untold' ? undefined : retryAfterMs };
    this.#resolve({
      ...facts('responded', status),
      outcome: 'responded',
      status,
      throttle,
      response: { sha256: '', bytes: 0 },
      truncated: false,
    });
  }

  timeOut(timeoutType: 'connect' | 'read' | 'global', lingering?: Promise<void>): void {
    const bytesLeft = timeoutType !== 'connect';
    this.#resolve({
      ...facts('timed_out', undefined),
      bytesLeft,
      lingering,
      outcome: 'timed_out',
      timeoutType,
      elapsedMs: 1,
      error: error('UPSTREAM_TIMEOUT'),
    });
  }

  /** Its caller gives up while it waits for a connection that others have. */
  giveUp(): void {
    this.#resolve(abortedEnd());
  }

  fail(code: UpstreamErrorCode, bytesLeft: boolean): void {
    const outcome = code === 'UPSTREAM_CONNECTION_REFUSED' ? 'refused' : 'failed';
    this.#resolve({ ...facts(outcome, undefined), bytesLeft, outcome, error: error(code) });
  }
}

function error(code: UpstreamErrorCode): UpstreamError {
  return new UpstreamError(code, code, { kind: 'transient' });
}

function facts(
  outcome: Attempt['outcome'],
  status: number | undefined,
): Pick<AttemptEnd, 'attempt' | 'bytesLeft' | 'reached' | 'lingering'> {
  const attempt: Attempt = {
    outcome,
    status,
    timeoutType: undefined,
    errorCode: undefined,
    startedAtMs: 0,
    totalMs: 1,
    backoffMs: undefined,
    connection: 'c1',
    reused: true,
    localAddress: '10.0.0.1',
    remoteAddress: '10.0.0.2',
    phasesMs: { queue: 0.25, wait: 0.5, unaccounted: 0.25 },
    socket: undefined,
    tls: undefined,
    bytesSent: 10,
    bytesReceived: 0,
  };
  return { attempt, bytesLeft: true, reached: true, lingering: undefined };
}

/** Sends nothing; its attempts wait for the test, or for the caller to give up. */
class ScriptedTransport implements Transport {
  readonly pending: PendingAttempt[] = [];
  sent = 0;

  send(call: CallState, listener: AttemptListener): void {
    this.sent += 1;
    this.pending.push(new PendingAttempt(call, (end) => listener(call, end)));
  }

  connections(): { readonly open: number; readonly busy: number } {
    return { open: 0, busy: 0 };
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** One upstream on a clock that moves by hand, with attempts that end by hand. */
export class UpstreamRig {
  readonly clock = new ManualClock();
  readonly metrics = new RecordingMetrics();
  readonly changes: CircuitChange[] = [];
  readonly rateLimitChanges: RateLimitChange[] = [];
  readonly transport = new ScriptedTransport();
  readonly upstream: Upstream;
  available = 0;

  constructor(change: DefinitionChange = {}) {
    const definition = definitionOf(change);
    this.upstream = new Upstream({
      definition,
      transport: this.transport,
      aborts: new AbortWatch(),
      addresses: new OwnAddresses(definition.network, new LocalAddresses(), undefined),
      clock: this.clock,
      timers: this.clock,
      random: new SeededRandom(),
      metrics: this.metrics,
      throttle: { baseMs: 1000, capMs: 60_000 },
      onCircuitChange: (one) => this.changes.push(one),
      onRateLimitChange: (one) => this.rateLimitChanges.push(one),
      onAvailable: () => {
        this.available += 1;
      },
    });
  }

  get inFlight(): number {
    return this.upstream.snapshot().inFlight;
  }

  get circuitState(): string {
    return this.upstream.snapshot().circuit.state;
  }

  admit(): Admission {
    return this.upstream.admit();
  }

  /** Calls with a permit, admitted now unless one is given. */
  call(change: Partial<OutboundRequest> = {}, permit?: CallPermit): Promise<OutboundResult> {
    const held = permit ?? permitOf(this.admit());
    return this.upstream.call({ request: requestOf(change), context, permit: held }, neverAborted);
  }

  /** Calls as somebody who queues. */
  queue(
    change: Partial<OutboundRequest> = {},
    signal: AbortSignal = neverAborted,
  ): Promise<OutboundResult> {
    return this.upstream.call({ request: requestOf(change), context, permit: undefined }, signal);
  }

  /** The attempt that has waited longest. */
  async attempt(): Promise<PendingAttempt> {
    await settled();
    const first = this.transport.pending.shift();
    if (first === undefined) throw new Error('no attempt is under way');
    return first;
  }

  /** One whole call, answered by this status. */
  async answer(status: number, retryAfterMs?: number | 'untold'): Promise<OutboundResult> {
    const result = this.call({ repeatable: false });
    (await this.attempt()).respond(status, retryAfterMs);
    return result;
  }
}

/** Lets everything run that waits for nothing but turns of the event loop: ended calls wait for one. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
}
