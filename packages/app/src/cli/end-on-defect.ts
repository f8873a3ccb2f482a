import process from 'node:process';

import { EXIT } from './exit-codes.ts';
import { tellFailure } from './tell-failure.ts';

/**
 * Ends the process with 70 where something was thrown that nobody caught; Node's own code is 1,
 * which of `audit verify` says that the trail is not sound.
 */
export function endOnDefect(args: readonly string[]): void {
  process.on('uncaughtException', (error) => {
    const text = error.stack ?? error.message;
    tellFailure({ text, json: { code: 'DEFECT', message: text } }, args);
    process.exit(EXIT.defect);
  });
}
