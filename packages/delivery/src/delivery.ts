import type {
  OutboundRequest,
  RecordStage,
  RequestContext,
  SourceCoordinates,
  SourceRecord,
} from '@netscope/domain';

import type { KeptResponse } from './excerpt/route-excerpts.ts';
import type { TraceIdentity } from './identity.ts';
import type { LaneName } from './lane-table.ts';
import type { LeaseState } from './lease-state.ts';
import type { Disposition } from './route-table.ts';

/** The context of one call; the addresses are known when it has ended. */
export type CallContext = Omit<RequestContext, 'internalIp' | 'externalIp'> & {
  internalIp: string | undefined;
  externalIp: string | undefined;
};

/** A request ready to be called, with what every event about it says. */
export interface PreparedCall {
  readonly request: OutboundRequest;
  /** Of this one call: its span and request id are its own. */
  readonly context: CallContext;
  readonly targetSha256: string;
  readonly bodySha256: string | undefined;
  /** `none` where the route tells nothing of bodies. */
  readonly auditBodies: 'none' | undefined;
  /** What comes back, where the route's audit shows some of it. */
  readonly response: KeptResponse | undefined;
}

/** One record on its way, from hand-over to settling. Only the engine changes it. */
export class Delivery {
  readonly record: SourceRecord;
  readonly lease: LeaseState;
  /** Where it goes; a record found unfit on the way changes to `park`. */
  disposition: Disposition;
  readonly bytes: number;
  /** Monotonic, when it was taken over. */
  readonly takenAtMs: number;
  /** How far it has come, for whoever asks. */
  stage: RecordStage = 'behind_key';
  /** Monotonic; where it waits for a time. */
  retryAtMs: number | undefined;
  /** Its neighbours among the unsettled of its lease, in offset order. */
  before: Delivery | undefined;
  after: Delivery | undefined;
  /** The next record of the same key, which waits for this one. */
  next: Delivery | undefined;
  /** Its lane's name, where its route keeps an order. */
  laneKey: LaneName | undefined;
  /** Its dead letter could not be written so far: it waits, and has no slot. */
  isUnwritten = false;
  source: SourceCoordinates | undefined;
  trace: TraceIdentity | undefined;
  prepared: PreparedCall | undefined;
  tries = 0;
  firstTryAtMs: number | undefined;
  /** Wall clock of the first call, for the dead letter. */
  firstTryWallMs: number | undefined;
  /** The same of the last call that counted. */
  lastTryWallMs: number | undefined;
  throttledSinceMs: number | undefined;
  /** Monotonic, since when every call was answered with 401, 403 or 407. */
  refusedSinceMs: number | undefined;
  /** Since when it has waited for admission; restarts with each wait. */
  waitingSinceMs: number;
  lastStatus: number | undefined;

  constructor(facts: {
    readonly record: SourceRecord;
    readonly lease: LeaseState;
    readonly disposition: Disposition;
    readonly nowMs: number;
  }) {
    this.record = facts.record;
    this.lease = facts.lease;
    this.disposition = facts.disposition;
    this.takenAtMs = facts.nowMs;
    this.waitingSinceMs = facts.nowMs;
    this.bytes = recordBytes(facts.record);
  }

  /** It holds its key and its bytes, and no slot. */
  get isWaiting(): boolean {
    return this.isUnwritten || !(this.stage === 'called' || this.stage === 'parking');
  }

  /** Whose queue it stands in; `undefined` where no call is needed. */
  get upstream(): string | undefined {
    return this.disposition.kind === 'send' ? this.disposition.route.upstream : undefined;
  }
}

/** What a record weighs while it waits: its bytes and a share for the objects around them. */
function recordBytes(record: SourceRecord): number {
  const overhead = 400;
  let bytes = overhead + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const header of record.headers) bytes += header.name.length + header.value.length;
  return bytes;
}
