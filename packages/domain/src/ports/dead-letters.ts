import type { DeadLetter, DeadLetterPlace } from '../model/dead-letter.ts';

/** Sets records aside that cannot succeed. */
export interface DeadLetters {
  /**
   * Resolves when the broker has acknowledged the letter.
   * @throws {SourceError} when it could not be written; the caller holds the offset and asks again.
   */
  park(letter: DeadLetter, signal: AbortSignal): Promise<DeadLetterPlace>;
}
