import type {
  HistoryAnswer,
  HistoryQuestion,
  HostObserver,
  HostOrigin,
  HostView,
  ProcessSample,
  SocketSample,
} from '@netscope/domain';

/** A host that says what the test puts in its fields. */
export class FixedHost implements HostObserver {
  view: HostView | undefined = {
    atMs: 1_771_578_000_000,
    sample: {
      interval_ms: 1000,
      collection_us: 120,
      cpu: { count: 2, usage_percent: 12.5, per_cpu: [{ cpu: 0 }, { cpu: 1 }] },
      process: {
        pid: 42,
        user_time_ns: 2e9,
        system_time_ns: 1e9,
        total_time_ns: 3e9,
        usage_percent: 37.5,
        rss_bytes: 100_000_000,
      },
    },
  };
  from: HostOrigin = { kind: 'native', reason: undefined };
  open: readonly SocketSample[] | undefined = [];
  processes = new Map<number, ProcessSample>();
  answer: HistoryAnswer = { kind: 'series', stepMs: 1000, points: [] };
  readonly questions: HistoryQuestion[] = [];

  origin(): HostOrigin {
    return this.from;
  }

  latest(): HostView | undefined {
    return this.view;
  }

  async process(pid: number): Promise<ProcessSample | undefined> {
    return this.processes.get(pid);
  }

  async sockets(): Promise<readonly SocketSample[] | undefined> {
    return this.open;
  }

  async history(question: HistoryQuestion): Promise<HistoryAnswer> {
    this.questions.push(question);
    return this.answer;
  }
}
