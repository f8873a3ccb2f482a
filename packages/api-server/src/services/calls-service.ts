import { type CallRecord, wireCall, type WireCall } from '@netscope/domain';

import type { Calls } from '../contract.ts';
import { RequestError } from '../dto/request-error.ts';
import type { EventRing } from './event-ring.ts';

/** Which calls are wanted; an absent field does not choose. */
export interface CallFilter {
  readonly routeGroup: string | undefined;
  readonly upstream: string | undefined;
  readonly outcome: string | undefined;
  /** One status, or the first digit of a class. */
  readonly status: { readonly from: number; readonly to: number } | undefined;
  readonly traceId: string | undefined;
  readonly party: string | undefined;
}

/** The last calls held in memory, newest first. */
export class CallsService {
  readonly #ring: EventRing<CallRecord>;
  /** Tells cursors of this process from another's. */
  readonly #life: string;

  constructor(ring: EventRing<CallRecord>, life: string) {
    this.#ring = ring;
    this.#life = life;
  }

  /**
   * Up to `limit` calls older than the cursor. A cursor names a place, so calls that arrive
   * meanwhile neither repeat nor hide any.
   * @throws {RequestError} `INVALID_QUERY_PARAM` for a cursor of another process.
   */
  list(filter: CallFilter, limit: number, cursor: string | undefined): Calls {
    const calls: WireCall[] = [];
    let number = this.#startOf(cursor);
    for (; number >= this.#ring.firstNumber; number -= 1) {
      const call = this.#ring.at(number);
      if (call === undefined || !matches(call, filter)) continue;
      if (calls.length === limit) break;
      calls.push(wireCall(call, Buffer));
    }
    const more = number >= this.#ring.firstNumber;
    return { calls, next_cursor: more ? `${this.#life}.${number.toString(36)}` : null };
  }

  /** @throws {RequestError} `NOT_FOUND` for a call that is not, or no longer, held. */
  one(requestId: string): WireCall {
    for (let number = this.#ring.nextNumber - 1; number >= this.#ring.firstNumber; number -= 1) {
      const call = this.#ring.at(number);
      if (call?.context.requestId === requestId) return wireCall(call, Buffer);
    }
    throw new RequestError('NOT_FOUND', 'no call with this request_id is held in memory', {
      held: this.#ring.nextNumber - this.#ring.firstNumber,
    });
  }

  #startOf(cursor: string | undefined): number {
    const newest = this.#ring.nextNumber - 1;
    if (cursor === undefined) return newest;
    const [life, place = ''] = cursor.split('.');
    const number = Number.parseInt(place, 36);
    if (life !== this.#life || !Number.isSafeInteger(number)) {
      throw new RequestError('INVALID_QUERY_PARAM', 'cursor is not one of this process', {
        parameters: [{ name: 'cursor', expected: 'next_cursor of an earlier answer' }],
      });
    }
    return Math.min(number, newest);
  }
}

function matches(call: CallRecord, filter: CallFilter): boolean {
  return (
    same(filter.routeGroup, call.context.routeGroup) &&
    same(filter.upstream, call.request.upstream) &&
    same(filter.outcome, call.result.outcome) &&
    same(filter.traceId, call.context.traceId) &&
    same(filter.party, call.result.verdict?.party) &&
    hasStatus(call, filter.status)
  );
}

function same(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || wanted === found;
}

function hasStatus({ result }: CallRecord, wanted: CallFilter['status']): boolean {
  if (wanted === undefined) return true;
  if (result.outcome !== 'responded') return false;
  return result.status >= wanted.from && result.status <= wanted.to;
}
