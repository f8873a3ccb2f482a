import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import type { LedgerCounts, LedgerEntry } from './ledger.ts';
import type { Rule } from './rules.ts';

const MAIN = path.resolve(import.meta.dirname, '../upstream-main.ts');

export interface UpstreamProcessOptions {
  /** Default: 200 to everything. */
  readonly rules?: readonly Rule[];
  /** Default: a free one. */
  readonly port?: number;
}

interface Ports {
  readonly port: number;
  readonly controlPort: number;
}

/** A `ScriptedUpstream` in a process of its own, so that its CPU is not the caller's. */
export class UpstreamProcess implements AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #control: string;

  private constructor(child: ChildProcess, { port, controlPort }: Ports) {
    this.#child = child;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.#control = `http://127.0.0.1:${controlPort}`;
  }

  /** @throws {Error} when it ends before it listens. */
  static async start(options: UpstreamProcessOptions = {}): Promise<UpstreamProcess> {
    const rules = JSON.stringify(options.rules ?? []);
    const args = [MAIN, '--port', String(options.port ?? 0), '--rules', rules];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ports = await new Promise<Ports>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the upstream ended with ${code}`)));
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    });
    return new UpstreamProcess(child, ports);
  }

  /** Every request so far, in the order of arrival. */
  async ledger(): Promise<readonly LedgerEntry[]> {
    const lines = await this.#ask('GET', '/__ledger');
    return lines === '' ? [] : lines.split('\n').map((line): LedgerEntry => JSON.parse(line));
  }

  async counts(): Promise<LedgerCounts> {
    return JSON.parse(await this.#ask('GET', '/__counts'));
  }

  /** From now on it answers by these. */
  async setRules(rules: readonly Rule[]): Promise<void> {
    await this.#ask('POST', '/__rules', JSON.stringify(rules));
  }

  /** Refuses connections and resets the open ones, until `accept`. */
  async refuse(): Promise<void> {
    await this.#ask('POST', '/__refuse');
  }

  /** Listens on the same port again. */
  async accept(): Promise<void> {
    await this.#ask('POST', '/__accept');
  }

  /** Forgets the ledger. */
  async clear(): Promise<void> {
    await this.#ask('POST', '/__clear');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(method: string, route: string, body: string | null = null): Promise<string> {
    const answer = await fetch(`${this.#control}${route}`, { method, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
    return text;
  }
}
