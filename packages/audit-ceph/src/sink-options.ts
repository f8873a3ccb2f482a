import type {
  AuditStatus,
  Clock,
  EventBus,
  Log,
  MetricsRecorder,
  ObjectStore,
  PrivateField,
  Random,
  Timers,
} from '@netscope/domain';

/** A store that can say what it is able to do. It changes nothing in the store. */
export interface ProbedObjectStore extends ObjectStore {
  /** @throws {StorageError} */
  probe(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>>;
  /** How far its clock was ahead of this machine's when it last answered, ms; absent without one. */
  readonly clockOffsetMs?: number;
}

/** All that the sink is built from; nothing has a default here. */
export interface SpooledAuditSinkOptions {
  /** Absolute; the caller holds its lock. */
  readonly dataDir: string;
  /** Of this very directory, over restarts; a copy has another. */
  readonly instanceId: string;
  readonly node: string;
  readonly service: string;
  readonly spool: {
    readonly bytesMax: number;
    readonly onFull: 'pause' | 'drop';
    /** Longest time from an event's arrival to its acknowledgement on a disk that keeps up. */
    readonly syncMs: number;
  };
  /** What excerpts add to one event at most, bytes; 0 where no route shows any. */
  readonly excerptsBytesMax: number;
  readonly segment: {
    readonly bytesMax: number;
    readonly ageMaxMs: number;
    readonly zstdLevel: number;
  };
  readonly digest: {
    /** Time between two signed digests. */
    readonly intervalMs: number;
    /** PEM, absolute path; `undefined`: a key is made in `dataDir`. */
    readonly signingKeyFile: string | undefined;
  };
  readonly encryption: {
    /** The first encrypts; none: nothing is encrypted. */
    readonly keyFiles: readonly string[];
    readonly fields: readonly PrivateField[];
  };
  readonly store: ProbedObjectStore;
  readonly storeKind: AuditStatus['store'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: MetricsRecorder;
  readonly bus: EventBus;
  readonly log: Log;
  /** The process's own, for what the sink says of itself. */
  readonly traceId: string;
}
