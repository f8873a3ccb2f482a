/**
 * The crate's own checks: format, clippy with every warning an error, and tests. Without cargo they
 * are skipped aloud.
 *
 * Clippy is the compiler of the crate here, as it is within `cargo clippy`, so that the tests run what
 * it has read: two thirds of the work of compiling all of it once for each.
 */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const CHECKS = [
  ['fmt', '--check'],
  ['build', '--all-targets', '--locked'],
  ['test', '--locked', '--quiet'],
];
/** Compiled dependencies, half a minute's work, serve every checkout of this user. */
const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
const env = {
  CARGO_TARGET_DIR: path.join(cache, 'netscope', 'cargo-check'),
  ...process.env,
  RUSTC_WORKSPACE_WRAPPER: 'clippy-driver',
  RUSTFLAGS: `${process.env['RUSTFLAGS'] ?? ''} -Dwarnings`.trim(),
};
const cwd = path.resolve(import.meta.dirname, '../native');

if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0) {
  for (const check of CHECKS) {
    const { status } = spawnSync('cargo', check, { cwd, env, stdio: 'inherit' });
    if (status !== 0) {
      console.error(`check-native: cargo ${check.join(' ')} failed`);
      process.exit(1);
    }
  }
} else {
  console.log('check-native: there is no cargo, so the crate is not checked');
}
