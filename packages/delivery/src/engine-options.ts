import type {
  AuditSink,
  Clock,
  DeadLetters,
  DeliveryJournal,
  DeliveryPolicy,
  EventBus,
  KeyedHash,
  Log,
  MetricsRecorder,
  OutboundGateway,
  Random,
  SourceKind,
  Timers,
} from '@netscope/domain';

import type { RouteTable } from './route-table.ts';

/** Where an upstream is, for the events about its calls. */
export interface UpstreamPlace {
  readonly host: string;
  readonly port: number;
}

/** What the engine stands on: ports, edges and bounds. */
export interface DeliveryEngineOptions {
  readonly routes: RouteTable;
  readonly upstreams: ReadonlyMap<string, UpstreamPlace>;
  readonly policy: DeliveryPolicy;
  readonly gateway: OutboundGateway;
  readonly audit: AuditSink;
  readonly deadLetters: DeadLetters;
  /** Where calls that must not be made twice are written down. */
  readonly journal: Pick<DeliveryJournal, 'noteBegun' | 'noteEnded'>;
  readonly bus: EventBus;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly source: {
    readonly kind: SourceKind;
    readonly group: string;
    /** Known once the source has met its cluster; asked when a record is there. */
    readonly cluster: () => string;
  };
  /** Digests keys, targets and bodies for the audit trail; without one, SHA-256 does. */
  readonly keyedHash?: KeyedHash | undefined;
  readonly processTraceId: string;
  /** Admitted to a call and not settled. */
  readonly recordsInFlight: number;
  /** Of records that wait; past it their partitions pause. */
  readonly waitingBytesMax: number;
}
