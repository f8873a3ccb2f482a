import { spawnSync } from 'node:child_process';

/** The Python that runs what shares no code with NetScope. */
export const PYTHON: string = process.env['NETSCOPE_TEST_PYTHON'] ?? 'python3';

/** What it lacks, for the name of a test that is skipped; `undefined` where it has all. */
export function lackingPython(): string | undefined {
  const probe =
    'import cryptography, shutil, importlib.util as u; assert u.find_spec("zstandard") or shutil.which("zstd")';
  const { status } = spawnSync(PYTHON, ['-c', probe]);
  if (status === 0) return undefined;
  return ' (skipped: needs Python 3 with cryptography, and zstandard or the command zstd)';
}
