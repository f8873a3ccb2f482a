import process from 'node:process';

import type { Failure } from './report-failure.ts';

/** Tells why a command ends: on standard error, or with `--json` as JSON on standard output. */
export function tellFailure(
  { text, json }: Pick<Failure, 'text' | 'json'>,
  args: readonly string[],
): void {
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: json }, undefined, 2)}\n`);
  } else {
    process.stderr.write(`netscope: ${text}\n`);
  }
}
