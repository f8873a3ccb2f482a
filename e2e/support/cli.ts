import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';

import { dieWithParent } from '@netscope/test-support';

const MAIN = path.resolve(import.meta.dirname, '../../packages/app/src/main.ts');

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line on a configuration of its own, as a process of its own. */
export class CommandLine implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async on(config: unknown): Promise<CommandLine> {
    const folder = await mkdtemp(path.join(tmpdir(), 'netscope-cli-'));
    await writeFile(path.join(folder, 'netscope.yaml'), JSON.stringify(config));
    return new CommandLine(folder);
  }

  /** Puts a file beside the configuration. */
  async write(name: string, content: string): Promise<void> {
    await writeFile(path.join(this.folder, name), content);
  }

  /** Runs a command to its end. */
  async run(...args: readonly string[]): Promise<CommandEnd> {
    return this.runWith('', ...args);
  }

  /** The same with `input` on its standard input. */
  async runWith(input: string, ...args: readonly string[]): Promise<CommandEnd> {
    const child = this.#spawn(args, 'pipe');
    const ended = endOf(child);
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('no pipes');
    // A command that reads nothing may be gone before it was handed anything.
    stdin.on('error', () => undefined);
    stdin.end(input);
    const [out, err] = await Promise.all([text(stdout), text(stderr)]);
    return { exitCode: await ended, stdout: out, stderr: err };
  }

  /** Starts a command; its output is the caller's to read. */
  start(...args: readonly string[]): ChildProcess {
    return this.#spawn(args, 'ignore');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], stdin: 'pipe' | 'ignore'): ChildProcess {
    return spawn(...dieWithParent(process.execPath, [MAIN, ...args]), {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], TMPDIR: this.folder },
      stdio: [stdin, 'pipe', 'pipe'],
    });
  }
}

/** The exit code of a process, once it has ended; `null` where a signal ended it. */
export async function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
