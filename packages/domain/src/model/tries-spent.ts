/** What was spent on a record that is not settled; it outlives process and partition. Times: wall clock. */
export interface TriesSpent {
  /** Calls that counted. */
  readonly tries: number;
  readonly firstTryAtMs: number;
  /** Of the last call that counted; of the first where none did. */
  readonly lastTryAtMs: number;
  /** What the last call was answered with, 429 where that asked to wait; absent where no answer came. */
  readonly status: number | undefined;
  /** Bytes of the last call were sent, whatever came of them. */
  readonly bytesLeft: boolean;
}
