import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { textOption } from '../../cli/command-line.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { AuditContext } from './audit-context.ts';

/**
 * Writes the page that `--html` asks for, whole or not at all; nothing where it is not asked for.
 * @throws {UsageError} where it cannot be written
 */
export function writePage({ options, cwd, output }: AuditContext, page: () => string): void {
  const given = textOption(options, 'html');
  if (given === undefined) return;
  const file = resolve(cwd, given);
  const temporary = `${file}.part`;
  try {
    writeFileSync(temporary, page());
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--html ${given} cannot be written: ${reason}`);
  }
  output.note(`netscope: written to ${file}`);
}
