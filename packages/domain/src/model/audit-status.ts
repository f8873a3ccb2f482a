/** The audit path as it stands; what never happened yet is absent. */
export interface AuditStatus {
  readonly store: 'rgw' | 's3' | 'directory';
  readonly state: 'up' | 'degraded' | 'down';
  /** Why, where the state is not `up`. */
  readonly reason: string | undefined;
  /** What is wrong with each half, the worst of it: a store that is away fills the spool. */
  readonly troubles: { readonly spool: string | undefined; readonly store: string | undefined };
  readonly node: string;
  readonly epoch: string;
  /** Of the last event that is durable. */
  readonly lastSeq: number;
  /** Durable and not yet in the store. */
  readonly backlogEvents: number;
  readonly backlogBytes: number;
  readonly spoolBytes: number;
  readonly spoolBytesMax: number;
  /** Room set aside for calls under way. */
  readonly reservedBytes: number;
  /** Sealed segments that wait for the store. */
  readonly segmentsPending: number;
  /** Wall clock of the oldest event that is not yet in the store, ms since the epoch. */
  readonly oldestEventMs: number | undefined;
  readonly lastShipped:
    | { readonly key: string; readonly atMs: number; readonly bytes: number }
    | undefined;
  /** The newest signed digest; `sha256` is the head that proves the trail when kept elsewhere. */
  readonly lastDigest:
    | {
        readonly key: string;
        readonly sha256: string;
        readonly atMs: number;
        /** How many it lists. */
        readonly segments: number;
        readonly isShipped: boolean;
      }
    | undefined;
  readonly lastError:
    | { readonly code: string; readonly message: string; readonly atMs: number }
    | undefined;
  readonly objectsShipped: number;
  readonly writeErrors: number;
  /** Events not recorded, by reason; with `on_full: pause` only changes of circuits are dropped. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Segment files set aside because they could not be read. */
  readonly quarantinedSegments: number;
  /** What the store was found able to do; absent until it was asked. */
  readonly capabilities: Readonly<Record<string, boolean>> | undefined;
}
