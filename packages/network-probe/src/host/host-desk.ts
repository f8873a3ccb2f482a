import {
  type HistoryAnswer,
  type HistoryQuestion,
  type HostOrigin,
  hostSampleSchema,
  type ProcessSample,
  processSampleSchema,
  type SocketSample,
  socketSchema,
} from '@netscope/domain';

import { historyMetrics } from './history-metrics.ts';
import { HistoryStore } from './history-store.ts';
import type { HostReply, HostRequest, HostWorkerOptions } from './host-messages.ts';
import type { HostNative, HostNativeLoad } from './host-native.ts';
import { NodeHost } from './node-host.ts';

const socketsSchema = socketSchema.array();

/** The first look is still to come, and with it the names of the metrics. */
const NOTHING_YET: HistoryAnswer = { kind: 'series', stepMs: 1000, points: [] };

/** Answers what the host's thread is asked. Blocks, and never throws. */
export class HostDesk {
  readonly #options: HostWorkerOptions;
  readonly #native: HostNative | undefined;
  readonly #origin: HostOrigin;
  readonly #node = new NodeHost();
  #history: HistoryStore | undefined;
  #historyFault: string | undefined;
  #lastLookMs = 0;

  constructor(options: HostWorkerOptions, load: HostNativeLoad) {
    this.#options = options;
    this.#native = load.kind === 'loaded' ? load.native : undefined;
    this.#origin =
      load.kind === 'loaded'
        ? { kind: 'native', reason: undefined }
        : { kind: 'node', reason: load.reason };
  }

  handle(request: HostRequest): HostReply {
    try {
      return this.#answer(request);
    } catch (error) {
      return { kind: 'failed', reason: String(error) };
    }
  }

  #answer(request: HostRequest): HostReply {
    switch (request.kind) {
      case 'look':
        return this.#look(request.atMs);
      case 'process':
        return { kind: 'process', process: this.#process(request.pid) };
      case 'sockets':
        return { kind: 'sockets', sockets: this.#sockets() };
      case 'history':
      default:
        return { kind: 'history', answer: this.#ask(request.question) };
    }
  }

  #look(atMs: number): HostReply {
    const sample = this.#native?.collect() ?? JSON.stringify(this.#node.look(performance.now()));
    this.#lastLookMs = atMs;
    const values = historyMetrics(hostSampleSchema.parse(JSON.parse(sample)));
    this.#record(atMs, values);
    return {
      kind: 'looked',
      atMs,
      sample,
      values: Object.fromEntries(values),
      origin: this.#origin,
      historyFault: this.#historyFault,
    };
  }

  #process(pid: number): ProcessSample | undefined {
    if (this.#native === undefined) return this.#node.process(pid);
    const told = this.#native.process(pid);
    return told === null ? undefined : processSampleSchema.parse(JSON.parse(told));
  }

  #sockets(): readonly SocketSample[] | undefined {
    const told = this.#native?.connections() ?? null;
    return told === null ? undefined : socketsSchema.parse(JSON.parse(told));
  }

  /** A disk that takes nothing costs the history, and nothing else; it is tried again each time. */
  #record(atMs: number, values: ReturnType<typeof historyMetrics>): void {
    const { historyFile: file, historyBytesMax: bytesMax } = this.#options;
    try {
      this.#history ??= HistoryStore.open({ file, bytesMax });
      this.#history.record(Math.round(atMs), values);
      this.#historyFault = undefined;
    } catch (error) {
      this.#historyFault = error instanceof Error ? error.message : String(error);
    }
  }

  #ask(question: HistoryQuestion): HistoryAnswer {
    if (this.#history !== undefined) return this.#history.ask(question, this.#lastLookMs);
    if (this.#historyFault === undefined) return NOTHING_YET;
    return { kind: 'unavailable', reason: this.#historyFault };
  }
}
