import type { RequestContext } from './request-context.ts';
import type { SourceRecord } from './source-record.ts';

/** Why a record was set aside; the values of `netscope-reason`. */
export const PARK_REASONS = [
  'malformed',
  'undecodable',
  'too_large',
  'no_route',
  'rejected',
  'exhausted',
  'throttled',
  'ambiguous',
] as const;

export type ParkReason = (typeof PARK_REASONS)[number];

/** A record that cannot succeed, with what was tried. What does not apply is absent. */
export interface DeadLetter {
  readonly record: SourceRecord;
  readonly reason: ParkReason;
  readonly context: RequestContext;
  readonly upstream: string | undefined;
  readonly tries: number;
  readonly firstTryAtMs: number | undefined;
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  /** One sentence that names what is wrong; never a payload or a secret. */
  readonly errorMessage: string | undefined;
}

/** Where the dead letter went, once the broker has it. */
export interface DeadLetterPlace {
  readonly topic: string;
  readonly partition: number;
  /** Absent where the broker did not tell. */
  readonly offset: number | undefined;
}
