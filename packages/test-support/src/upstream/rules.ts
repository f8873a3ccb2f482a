import { createHash } from 'node:crypto';

import { respond, type Answer, type Arrival, type Script } from './answer.ts';

/** When a rule applies: all that is given must hold. */
export interface RuleCondition {
  readonly pathStartsWith?: string;
  /** Exact values by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodyIncludes?: string;
  /** Only for the first so many arrivals with one idempotency key. */
  readonly attemptMax?: number;
  /**
   * For this share of the records: those whose idempotency key hashes into [from, to) of [0, 1).
   * It falls alike on every attempt of a record.
   */
  readonly share?: readonly [from: number, to: number];
}

/** A script as data, so that it can be sent to an upstream in another process. */
export interface Rule {
  readonly when?: RuleCondition;
  readonly answer: Answer;
}

/** The first rule that applies answers; none: 200. */
export function scriptOfRules(rules: readonly Rule[]): Script {
  return (arrival) =>
    rules.find(({ when }) => when === undefined || applies(when, arrival))?.answer ?? respond(200);
}

/** Where in [0, 1) a key falls; the same key falls on the same place in every process. */
export function shareOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 0x1_0000_0000;
}

function applies(when: RuleCondition, arrival: Arrival): boolean {
  return (
    arrival.path.startsWith(when.pathStartsWith ?? '') &&
    arrival.attempt <= (when.attemptMax ?? Number.POSITIVE_INFINITY) &&
    hasHeaders(arrival, when.headers ?? {}) &&
    (when.bodyIncludes === undefined || arrival.body.includes(when.bodyIncludes)) &&
    isInShare(arrival, when.share)
  );
}

function hasHeaders(arrival: Arrival, headers: Readonly<Record<string, string>>): boolean {
  return Object.entries(headers).every(([name, value]) => arrival.headers[name] === value);
}

function isInShare(arrival: Arrival, share: RuleCondition['share']): boolean {
  if (share === undefined) return true;
  const at = shareOf(arrival.idempotencyKey ?? String(arrival.sequence));
  return at >= share[0] && at < share[1];
}
