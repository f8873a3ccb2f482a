import process from 'node:process';

import { runCommandLine } from './cli/run-command-line.ts';
import { endWithin } from './edges/end-within.ts';

/** What is done is done: a connection that a library left open must not hold the process. */
const LINGER_MS = 1000;

process.exitCode = await runCommandLine(process.argv.slice(2));
endWithin(LINGER_MS);
