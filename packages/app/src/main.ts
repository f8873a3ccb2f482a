import process from 'node:process';

import { endOnDefect } from './cli/end-on-defect.ts';
import { runCommandLine } from './cli/run-command-line.ts';
import { endWithin } from './edges/end-within.ts';

/** What is done is done: a connection that a library left open must not hold the process. */
const LINGER_MS = 1000;

const args = process.argv.slice(2);
endOnDefect(args);
process.exitCode = await runCommandLine(args);
endWithin(LINGER_MS);
