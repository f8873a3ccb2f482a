import type { IntakeAction, IntakeStanding, IntakeTarget } from '../model/intake-hold.ts';
import type { SeekOrder, SeekOutcome } from './partition-control.ts';

/** What is to be held back or let go. */
export interface IntakeOrder {
  readonly target: IntakeTarget;
  readonly name: string;
  readonly action: IntakeAction;
  /** Why, for the states and events that tell of it. */
  readonly reason: string;
}

/** `known`: the names that there are, where nothing is called so. */
export type IntakeOutcome =
  | { readonly kind: 'unknown'; readonly known: readonly string[] }
  | {
      readonly kind: 'done';
      readonly state: IntakeStanding;
      /** False where it stood so before. */
      readonly changed: boolean;
    };

/** Holds intake back and lets it go, at once. What it holds lasts as long as the process. */
export interface IntakeControl {
  /** Does it; a second time it changes nothing. Calls under way end as they would. */
  control(order: IntakeOrder): IntakeOutcome;
}

/** Who gives an order, for the audit trail: of the request that brought it. */
export interface OperatorRequest {
  readonly traceId: string;
  readonly requestId: string;
  readonly clientIp: string;
}

/** An order by somebody who may give it, with what the audit trail says of them. */
export interface OperatorCommand extends IntakeOrder, OperatorRequest {}

export interface SeekCommand extends SeekOrder, OperatorRequest {
  /** Why, for the audit trail. */
  readonly reason: string;
}

export type SeekAnswer =
  | { readonly kind: 'unsupported' }
  | Exclude<SeekOutcome, { readonly kind: 'done' }>
  | (Extract<SeekOutcome, { readonly kind: 'done' }> & {
      /** False where the audit event waits for room in the spool, or for a slow disk. */
      readonly audited: boolean;
    });

export type OperatorAnswer =
  | Extract<IntakeOutcome, { readonly kind: 'unknown' }>
  | (Extract<IntakeOutcome, { readonly kind: 'done' }> & {
      /** False where the audit event waits for room in the spool, or for a slow disk. */
      readonly audited: boolean;
    });

/** What operators do by hand: done, told and audited. */
export interface OperatorControl {
  /** Resolves when done and its audit event durable, or shortly after where the spool has no room or a slow disk. */
  act(command: OperatorCommand): Promise<OperatorAnswer>;
  /**
   * Moves the offset of a partition, as `PartitionControl` says; resolves like `act`.
   * @throws {SourceError} SOURCE_UNAVAILABLE where the group rebalances or takes no commit.
   * @throws {AuditError} AUDIT_SPOOL_FULL, or DEPENDENCY_UNAVAILABLE where the disk is too slow, before
   * anything is moved.
   */
  seek(command: SeekCommand): Promise<SeekAnswer>;
}
