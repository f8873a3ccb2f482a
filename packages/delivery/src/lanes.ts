import type { Delivery } from './delivery.ts';
import type { LaneName } from './lane-table.ts';

const PARTITION_LANE = Symbol('partition');

/** Keeps the order of records: in one lane one at a time; lanes know nothing of each other. */
export class Lanes {
  readonly #onTurn: (delivery: Delivery) => void;

  constructor(onTurn: (delivery: Delivery) => void) {
    this.#onTurn = onTurn;
  }

  /** It is the record's turn at once where its lane is free or it keeps no order. */
  enter(delivery: Delivery): void {
    const lane = laneOf(delivery);
    if (lane === undefined) return this.#onTurn(delivery);
    const { lanes } = delivery.lease;
    const tail = lanes.tail(lane);
    delivery.laneKey = lane;
    lanes.append(lane, delivery, tail === undefined);
    if (tail === undefined) this.#onTurn(delivery);
    else tail.next = delivery;
  }

  /** Frees the lane; true where it is now another's turn. A second time it does nothing. */
  leave(delivery: Delivery): boolean {
    const { laneKey, next } = delivery;
    if (laneKey === undefined) return false;
    delivery.laneKey = undefined;
    delivery.next = undefined;
    if (next === undefined) delivery.lease.lanes.free(laneKey);
    else this.#onTurn(next);
    return next !== undefined;
  }
}

/** Lanes belong to one lease, since one key lives in one partition; a null key has no order. */
function laneOf({ disposition, record }: Delivery): LaneName | undefined {
  const order = disposition.route?.definition.order ?? 'none';
  if (order === 'partition') return PARTITION_LANE;
  return order === 'none' || record.key === null ? undefined : keyName(record.key);
}

/** A key's bytes as a string, one character a byte; most keys are Buffers and need no other view. */
function keyName(key: Uint8Array): string {
  if (Buffer.isBuffer(key)) return key.toString('latin1');
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}
