import path from 'node:path';

import {
  type Clock,
  type HistoryAnswer,
  type HistoryQuestion,
  type HostObserver,
  type HostOrigin,
  type HostSample,
  type HostView,
  hostSampleSchema,
  type Log,
  type ProcessSample,
  type SocketSample,
  type TimerHandle,
  type Timers,
} from '@netscope/domain';

import type { HostReply, HostWorkerOptions } from './host-messages.ts';
import { type HostAnswerer, HostThread } from './host-thread.ts';

/** 30 days of some 70 series take about 90 MiB. */
const HISTORY_BYTES_MAX = 128 * 1024 * 1024;

type Looked = Extract<HostReply, { readonly kind: 'looked' }>;

export interface HostMonitorOptions {
  /** Where the history is kept. */
  readonly dataDir: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Told of every look at once: when, and what the history keeps of it. */
  readonly onLook?: (atMs: number, values: Readonly<Record<string, number>>) => void;
  /** Stands in for the thread. */
  readonly start?: (options: HostWorkerOptions) => HostAnswerer;
}

/**
 * Looks at the host every `intervalMs` on a thread of its own, and keeps what it saw. Nothing
 * happens before `start`. A look that takes longer than the interval makes the next one late.
 */
export class HostMonitor implements HostObserver, AsyncDisposable {
  readonly #options: HostMonitorOptions;
  #thread: HostAnswerer | undefined;
  #timer: TimerHandle | undefined;
  #looked: Looked | undefined;
  #parsed: HostView | undefined;
  #toldFault: string | undefined;

  constructor(options: HostMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#thread !== undefined) return;
    const { dataDir, start = (options) => new HostThread(options) } = this.#options;
    this.#thread = start({
      historyFile: path.join(dataDir, 'history.sqlite'),
      historyBytesMax: HISTORY_BYTES_MAX,
    });
    void this.#look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== undefined) this.#options.timers.clear(this.#timer);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }

  origin(): HostOrigin {
    return this.#looked?.origin ?? { kind: 'node', reason: 'the host was not looked at yet' };
  }

  latest(): HostView | undefined {
    const looked = this.#looked;
    if (looked === undefined) return undefined;
    if (this.#parsed?.atMs !== looked.atMs) {
      this.#parsed = { atMs: looked.atMs, sample: sampleOf(looked.sample) };
    }
    return this.#parsed;
  }

  async process(pid: number): Promise<ProcessSample | undefined> {
    const reply = await this.#thread?.ask({ kind: 'process', pid });
    return reply?.kind === 'process' ? reply.process : undefined;
  }

  async sockets(): Promise<readonly SocketSample[] | undefined> {
    const reply = await this.#thread?.ask({ kind: 'sockets' });
    return reply?.kind === 'sockets' ? reply.sockets : undefined;
  }

  async history(question: HistoryQuestion): Promise<HistoryAnswer> {
    const reply = await this.#thread?.ask({ kind: 'history', question });
    if (reply?.kind === 'history') return reply.answer;
    const reason = reply?.kind === 'failed' ? reply.reason : 'the host is not looked at';
    return { kind: 'unavailable', reason };
  }

  async #look(): Promise<void> {
    const { clock, timers, intervalMs } = this.#options;
    const beganMs = clock.monotonicMs();
    const reply = await this.#thread?.ask({ kind: 'look', atMs: clock.wallMs() });
    if (this.#thread === undefined || reply === undefined) return;
    this.#take(reply);
    const leftMs = Math.max(0, intervalMs - (clock.monotonicMs() - beganMs));
    this.#timer = timers.background(() => void this.#look(), leftMs);
  }

  #take(reply: HostReply): void {
    if (reply.kind === 'looked') {
      this.#looked ??= this.#firstLook(reply);
      this.#looked = reply;
      this.#options.onLook?.(reply.atMs, reply.values);
      this.#tellFault(reply.historyFault, 'host.history_failed');
    } else if (reply.kind === 'failed') {
      this.#tellFault(reply.reason, 'host.look_failed');
    }
  }

  #firstLook(looked: Looked): Looked {
    const { kind, reason } = looked.origin;
    this.#options.log.info('host.observed', 'the host is looked at', {
      origin: kind,
      ...(reason === undefined ? {} : { reason }),
    });
    return looked;
  }

  /** Once for each trouble, however long it lasts. */
  #tellFault(fault: string | undefined, event: string): void {
    if (fault !== undefined && fault !== this.#toldFault) {
      this.#options.log.warn(event, 'the host is not told in full', { reason: fault });
    }
    this.#toldFault = fault;
  }
}

function sampleOf(json: string): HostSample {
  return hostSampleSchema.parse(JSON.parse(json));
}
