import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * The command that runs a program so that the kernel kills it when its parent dies, even by
 * `kill -9`. Where util-linux is missing, the program as it is.
 */
export function dieWithParent(
  program: string,
  args: readonly string[],
): readonly [program: string, args: readonly string[]] {
  if (!existsSync(SETPRIV)) return [program, args];
  return [SETPRIV, ['--pdeathsig', 'KILL', program, ...args]];
}
