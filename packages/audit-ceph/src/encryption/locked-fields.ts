import type { Opening } from './open-fields.ts';

/** Of the events that were found, those whose fields stayed encrypted, by the key that they need. */
export interface LockedKey {
  readonly keyId: string;
  readonly events: number;
  /** First and last day that it encrypted, of those found. */
  readonly fromDay: string;
  readonly toDay: string;
  readonly fields: readonly string[];
}

/** More keys than these are not told one by one. */
const KEYS_MAX = 1000;

/** Counts what no key opens. */
export class LockedFields {
  readonly #byKey = new Map<string, LockedKey>();

  add({ keyId, day, fields }: Extract<Opening, { readonly state: 'locked' }>): void {
    const known = this.#byKey.get(keyId);
    if (known === undefined && this.#byKey.size >= KEYS_MAX) return;
    const {
      events,
      fromDay,
      toDay,
      fields: before,
    } = known ?? {
      events: 0,
      fromDay: day,
      toDay: day,
      fields,
    };
    this.#byKey.set(keyId, {
      keyId,
      events: events + 1,
      fromDay: day < fromDay ? day : fromDay,
      toDay: day > toDay ? day : toDay,
      fields: fields.every((field) => before.includes(field))
        ? before
        : [...new Set([...before, ...fields])],
    });
  }

  get keys(): readonly LockedKey[] {
    return [...this.#byKey.values()];
  }
}
