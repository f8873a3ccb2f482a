import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { dieWithParent } from './die-with-parent.ts';
import { waitUntil } from './wait-until.ts';

/** As people start it, with the flags that it runs on; it takes the launcher's place. */
const LAUNCH = path.resolve(import.meta.dirname, '../../../scripts/launch.mjs');
/** Linux counts CPU time in these, whatever the kernel's own tick. */
const CLOCK_TICKS_PER_SECOND = 100;
const NANOS_PER_SECOND = 1e9;

export interface GatewayProcessOptions {
  /** Written as netscope.yaml (JSON is YAML). `http.port: 0` and `service.data_dir` are set unless given. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Added to a bare environment; nothing of this process's is passed on but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where configuration and data live. Default: a new one, removed at the end. Give it to restart. */
  readonly folder?: string;
  /** Default: 60 s. */
  readonly readyTimeoutMs?: number;
}

/** How it ended: its exit code, or the signal that ended it. */
export type GatewayEnd = number | NodeJS.Signals;

/** The whole gateway as a process of its own: `netscope run --config FILE`. */
export class GatewayProcess implements AsyncDisposable {
  readonly pid: number;
  readonly folder: string;
  /** Lines of standard output and error, as they came. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<GatewayEnd>;
  readonly #child: ChildProcess;
  readonly #ownsFolder: boolean;
  #end: GatewayEnd | undefined;
  #port: number | undefined;

  private constructor(child: ChildProcess, folder: string, ownsFolder: boolean) {
    this.#child = child;
    this.pid = child.pid ?? -1;
    this.folder = folder;
    this.#ownsFolder = ownsFolder;
    this.#read(child.stdout, this.stdout);
    this.#read(child.stderr, this.stderr);
    this.ended = new Promise((resolve) => {
      child.once('error', () => this.#finish(70, resolve));
      child.once('close', (code, signal) => this.#finish(code ?? signal ?? 70, resolve));
    });
  }

  /** Starts it without waiting for anything. */
  static async spawn(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'netscope-gateway-')));
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'netscope.yaml');
    await writeFile(file, JSON.stringify(withDefaults(options.config, folder), null, 2));
    const command = [LAUNCH, 'netscope', 'run', '--config', file];
    const child = spawn(...dieWithParent(process.execPath, command), {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new GatewayProcess(child, folder, options.folder === undefined);
  }

  /** Starts it and waits until it is ready. @throws {Error} with its last lines when it ends before. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const gateway = await GatewayProcess.spawn(options);
    try {
      await gateway.waitReady(options.readyTimeoutMs);
      return gateway;
    } catch (error) {
      await gateway[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The port that it said it listens on. @throws {Error} before that. */
  get port(): number {
    if (this.#port === undefined) throw new Error(`no port yet: ${this.#lastLines()}`);
    return this.#port;
  }

  /** `http://127.0.0.1:PORT`. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How it ended; `undefined` while it runs. */
  get end(): GatewayEnd | undefined {
    return this.#end;
  }

  /** Its log lines that are JSON objects. */
  get logs(): readonly Readonly<Record<string, unknown>>[] {
    return this.stdout.map((line) => parsed(line)).filter((fields) => fields !== undefined);
  }

  /** Waits for 200 from `/v1/health/ready`. @throws {Error} when the time is over or it ended. */
  async waitReady(timeoutMs = 60_000): Promise<void> {
    const state = await waitUntil(
      async () => {
        if (this.#end !== undefined) return 'ended';
        if (this.#port === undefined) return false;
        return (await fetch(`${this.origin}/v1/health/ready`)).ok && 'ready';
      },
      { what: 'the gateway to be ready', timeoutMs },
    ).catch((error: unknown) => {
      throw new Error(`not ready: ${this.#lastLines()}`, { cause: error });
    });
    if (state === 'ended') throw new Error(`ended with ${this.#end}: ${this.#lastLines()}`);
  }

  /** The JSON body of a path, whatever its status. */
  async get<T = unknown>(route: string): Promise<T> {
    const answer = await fetch(`${this.origin}${route}`);
    const body: T = JSON.parse(await answer.text());
    return body;
  }

  /** The text of a path; `/metrics` for one. @throws {Error} on a status that is not 2xx. */
  async getText(route: string): Promise<string> {
    const answer = await fetch(`${this.origin}${route}`);
    if (!answer.ok) throw new Error(`${route}: ${answer.status}`);
    return answer.text();
  }

  /** Sends a signal; resolves when it has ended by it, or at once for one that doesn't end it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** `kill -9`, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** SIGTERM; answers its exit code, and kills it after `timeoutMs` (60 s). */
  async stop(timeoutMs = 60_000): Promise<GatewayEnd> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  /** User and system time of all its threads so far, in seconds. Linux only. */
  async cpuSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** How long its main thread stood ready and got no core so far, in seconds. Linux only. */
  async coreWaitSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.pid}/schedstat`, 'utf8');
    return Number(stat.split(' ')[1]) / NANOS_PER_SECOND;
  }

  /** The most memory it had resident, in bytes. Linux only. */
  async peakRssBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) * 1024;
  }

  /** Kills it, and removes its folder unless it was given one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#ownsFolder) await rm(this.folder, { recursive: true, force: true });
  }

  #read(stream: NodeJS.ReadableStream | null, lines: string[]): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      this.#port ??= portOf(line);
    });
  }

  #finish(end: GatewayEnd, resolve: (end: GatewayEnd) => void): void {
    this.#end = end;
    resolve(end);
  }

  #lastLines(): string {
    return [...this.stdout.slice(-10), ...this.stderr.slice(-10)].join('\n');
  }
}

function withDefaults(
  config: GatewayProcessOptions['config'],
  folder: string,
): Record<string, unknown> {
  return {
    ...config,
    service: { data_dir: path.join(folder, 'data'), ...sectionOf(config['service']) },
    http: { port: 0, ...sectionOf(config['http']) },
  };
}

function sectionOf(section: unknown): object {
  return typeof section === 'object' && section !== null ? section : {};
}

function portOf(line: string): number | undefined {
  if (!line.includes('http.listening')) return undefined;
  const fields = parsed(line);
  const port = fields?.['port'];
  return fields?.['event'] === 'http.listening' && typeof port === 'number' ? port : undefined;
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
