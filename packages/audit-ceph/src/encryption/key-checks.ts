import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { faultCode } from '../spool/fault-code.ts';
import { fileOfDay, hasDate, presentKeyFiles, readKeyFile } from './key-file.ts';

/** What is wrong, or worth a look, with a configured key file. */
export interface KeyFileFinding {
  /** Which of the configured names. */
  readonly index: number;
  readonly isFault: boolean;
  readonly message: string;
}

const READ_BY_OTHERS = 0o004;

/**
 * Looks at key files as a process would use them, and changes nothing. The first must be there, or,
 * with `{date}`, able to be made; of the others, which only open what is old, one may be gone.
 */
export function checkKeyFiles(names: readonly string[], day: string): readonly KeyFileFinding[] {
  return names.flatMap((name, index) => [
    ...lacks(name, { index, day }),
    ...presentKeyFiles(name).flatMap((file) => flawsOf(file, index)),
  ]);
}

function lacks(
  name: string,
  { index, day }: { readonly index: number; readonly day: string },
): readonly KeyFileFinding[] {
  const isThere = presentKeyFiles(name).includes(fileOfDay(name, day));
  if (isThere) return [];
  if (index > 0) {
    if (presentKeyFiles(name).length > 0) return [];
    const message = `${name} is not there: what it encrypted stays encrypted`;
    return [{ index, isFault: false, message }];
  }
  if (!hasDate(name)) return [{ index, isFault: true, message: `no file ${name}` }];
  try {
    accessSync(dirname(name), constants.W_OK);
    return [];
  } catch (error) {
    const message = `no file ${fileOfDay(name, day)}, and its folder cannot be written to (${faultCode(error)})`;
    return [{ index, isFault: true, message }];
  }
}

function flawsOf(file: string, index: number): readonly KeyFileFinding[] {
  try {
    readKeyFile(file);
  } catch (error) {
    const code = faultCode(error);
    const message =
      code === 'Error' && error instanceof Error
        ? error.message
        : `${file}, which cannot be read (${code})`;
    return [{ index, isFault: true, message }];
  }
  if ((statSync(file).mode & READ_BY_OTHERS) === 0) return [];
  const message = `${file} can be read by every user of this machine: chmod 600`;
  return [{ index, isFault: false, message }];
}
