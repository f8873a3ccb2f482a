const STATUS_MIN = 100;
const STATUS_MAX = 599;
const CLASS_SIZE = 100;

/** One status (`429`) or one class of them (`5xx`), as configuration writes it. */
export type StatusPattern = number | `${1 | 2 | 3 | 4 | 5}xx`;

/** A set of HTTP statuses that answers in constant time. */
export class StatusSet {
  readonly #members = new Uint8Array(STATUS_MAX + 1);

  constructor(patterns: readonly StatusPattern[]) {
    for (const pattern of patterns) this.#add(pattern);
  }

  has(status: number): boolean {
    return this.#members[status] === 1;
  }

  #add(pattern: StatusPattern): void {
    if (typeof pattern === 'number') {
      if (pattern >= STATUS_MIN && pattern <= STATUS_MAX) this.#members[pattern] = 1;
      return;
    }
    const first = Number(pattern.charAt(0)) * CLASS_SIZE;
    this.#members.fill(1, first, first + CLASS_SIZE);
  }
}
