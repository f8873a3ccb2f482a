import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import { dieWithParent } from '../die-with-parent.ts';

const STOP_GRACE_MS = 15_000;

export interface OwnedProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Standard output and error are appended here. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended: its code, or the signal that ended it. */
export type ProcessEnd = number | NodeJS.Signals;

/**
 * A child in its own process group that does not outlive its parent: the kernel kills it when the
 * parent dies, so that a killed test run leaves nothing behind.
 */
export class OwnedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly pid: number;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  #end: ProcessEnd | undefined;
  readonly #killAtExit = (): void => void this.#child.kill('SIGKILL');

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    process.once('exit', this.#killAtExit);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        process.off('exit', this.#killAtExit);
        this.#end = code ?? signal ?? 1;
        resolve(this.#end);
      });
    });
  }

  /** @throws {Error} when the program can't be started. */
  static async start(options: OwnedProcessOptions): Promise<OwnedProcess> {
    const log = await open(options.logFile, 'a');
    try {
      const child = spawn(...dieWithParent(options.program, options.args), {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: { ...process.env, ...options.env },
      });
      await new Promise((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      if (child.pid === undefined) throw new Error(`${options.program} did not start`);
      return new OwnedProcess(child, child.pid);
    } finally {
      await log.close();
    }
  }

  /** How it ended; `undefined` while it runs. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  /** Sends a signal; false when it has ended. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#end === undefined && this.#child.kill(signal);
  }

  /** Kills it and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Asks it to end, and kills it after `graceMs` (15 s). A stopped process is woken first. */
  async stop(graceMs = STOP_GRACE_MS): Promise<ProcessEnd> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const abort = new AbortController();
    const grace = delay(graceMs, undefined, { signal: abort.signal }).then(
      () => this.signal('SIGKILL'),
      () => false,
    );
    const end = await this.ended;
    abort.abort();
    await grace;
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
