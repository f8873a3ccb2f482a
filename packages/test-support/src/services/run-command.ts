import { spawn } from 'node:child_process';
import process from 'node:process';

const OUTPUT_CHARS_MAX = 1_000_000;

export interface CommandOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Then it is killed and the call fails. Default: 15 minutes, a slow package download. */
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end and answers its standard output.
 * @throws {Error} with the end of its standard error when it fails.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 900_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (stdout.length < OUTPUT_CHARS_MAX) stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(failure([program, ...args], code ?? signal, stderr || stdout)));
    });
  });
}

function failure(command: readonly string[], end: number | string | null, output: string): string {
  return `${command.join(' ')} ended with ${end}: ${output.trim().slice(-1500)}`;
}
