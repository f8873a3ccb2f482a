import type { Writable } from 'node:stream';

import type { CommandName, OptionValues } from '../../cli/command-line.ts';
import type { Output } from '../../cli/output.ts';
import type { Edges } from '../../edges/edges.ts';

/** What the commands below `audit` work with. */
export interface AuditContext {
  readonly command: CommandName | undefined;
  /** What stands behind the command's words, for those that take something there. */
  readonly operand: string | undefined;
  readonly options: OptionValues;
  /** Where relative paths start. */
  readonly cwd: string;
  readonly edges: Edges;
  readonly output: Output;
  /** Standard output for results of many lines. */
  readonly stdout: () => Writable;
  readonly signal: AbortSignal;
}
