import { EXIT } from './exit-codes.ts';

/** Results could not all be written where they were to go: a full disk, say. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** By default that of the commands that read the trail: what they came to was not told. */
  readonly exitCode: typeof EXIT.unchecked | typeof EXIT.defect;

  constructor(cause: Error, exitCode: OutputError['exitCode'] = EXIT.unchecked) {
    super(`standard output cannot be written: ${cause.message}`, { cause });
    this.exitCode = exitCode;
  }
}
