import { SLOT, SOCKET_FIELDS, type SocketLook } from './native/socket-slots.ts';

/** The kernel's TCP_ESTABLISHED. */
export const ESTABLISHED = 1;

/**
 * The looks at one connection that carries a request at a time. What an attempt ended with is what
 * the next one begins with, wherever nothing can have changed between: then nobody asks twice.
 */
export class AttemptLooks {
  #base: SocketLook = emptyLook();
  #next: SocketLook = emptyLook();
  #isLent = false;
  /** `#base` was looked at after all that was sent. */
  #isCurrent = false;
  /** `#next` was looked at since `#base` was lent. */
  #isSeen = false;

  /** The array for the look at an attempt's end; tell `seen` when it is filled. */
  get next(): SocketLook {
    return this.#next;
  }

  seen(): void {
    this.#isSeen = true;
  }

  /** What was seen last is what the next attempt begins with. */
  keep(): void {
    const seen = this.#next;
    this.#next = this.#base;
    this.#base = seen;
    this.#isCurrent = true;
    this.#isSeen = false;
  }

  /**
   * The array that an attempt begins with; undefined while another one has it. `giveBack` it. Ask
   * `isSettled` before.
   */
  lend(): SocketLook | undefined {
    if (this.#isLent) return undefined;
    this.#isLent = true;
    this.#isCurrent = false;
    this.#isSeen = false;
    return this.#base;
  }

  /**
   * `lend` gives the socket as it is: all that was ever sent is acknowledged, so that no count and
   * no time of sending has grown since. False where the kernel does not tell.
   */
  get isSettled(): boolean {
    const base = this.#base;
    return (
      this.#isCurrent &&
      !this.#isLent &&
      base[SLOT.unacked] === 0 &&
      base[SLOT.notsentBytes] === 0 &&
      base[SLOT.state] === ESTABLISHED
    );
  }

  /** False where it is none of these. */
  giveBack(look: SocketLook): boolean {
    if (look !== this.#base) return false;
    this.#isLent = false;
    if (this.#isSeen) this.keep();
    return true;
  }
}

function emptyLook(): SocketLook {
  return new Float64Array(SOCKET_FIELDS.length);
}
