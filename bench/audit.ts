/**
 * `pnpm bench audit`: what the audit path costs and keeps up with, beside node:sqlite, a bare write
 * with fdatasync, and `JSON.stringify`, taking turns in the same run on the same disk. Each figure
 * comes from a process of its own.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { median } from './statistics.ts';

const ROUNDS = 3;
const EVENTS = 300_000;
const SQLITE_EVENTS = 100_000;
const BARE_GROUPS = 400;
const CODEC_ROUNDS = 100;
const GIB = 1024 ** 3;
/** Lines of the benchmark's calls, closed. */
const LINE_BYTES = 1970;
const HERE = import.meta.dirname;

type Figures = Readonly<Record<string, number>>;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What one process leaves, and the measurement of another on it. */
interface Left {
  readonly by: string;
  readonly amount: number;
  readonly after: string;
}

class Rounds {
  readonly #byName = new Map<string, Figures[]>();

  /** Measures once more. */
  async add(name: string, mode: string, ...numbers: readonly number[]): Promise<void> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'netscope-bench-'));
    try {
      this.#note(name, await probe(mode, directory, numbers));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** The same on what another process left; that one may end by its own hand. */
  async addAfter(name: string, left: Left): Promise<void> {
    const { by: before, amount, after } = left;
    const directory = mkdtempSync(path.join(os.tmpdir(), 'netscope-bench-'));
    try {
      await probe(before, directory, [amount]);
      this.#note(name, await probe(after, directory, []));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  of(name: string, figure: string): readonly number[] {
    return (this.#byName.get(name) ?? []).map((figures) => figures[figure] ?? Number.NaN);
  }

  #note(name: string, figures: Figures): void {
    this.#byName.set(name, [...(this.#byName.get(name) ?? []), figures]);
    const text = Object.entries(figures).map(([key, value]) => `${key} ${shown(value)}`);
    say(`${name}: ${text.join(', ')}`);
  }
}

/** Empty figures from one that killed itself. */
async function probe(
  mode: string,
  directory: string,
  numbers: readonly number[],
): Promise<Figures> {
  const script = path.join(HERE, 'audit-probe.ts');
  const child = spawn(process.execPath, [script, mode, directory, ...numbers.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  const ended = await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  if (ended === 'SIGKILL') return {};
  if (ended !== 0) throw new Error(`${mode} ended with ${String(ended)}`);
  return JSON.parse(text);
}

async function measure(): Promise<Rounds> {
  const rounds = new Rounds();
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${round} of ${ROUNDS}`);
    await rounds.add('codec', 'codec', CODEC_ROUNDS);
    await rounds.add('bare', 'bare', BARE_GROUPS);
    await rounds.add('64', 'calls', EVENTS / 3, 64);
    await rounds.add('2000', 'calls', EVENTS, 2000);
    await rounds.add('encrypted', 'encrypted', EVENTS, 2000);
    await rounds.add('kilobytes', 'kilobytes', EVENTS, 4000);
    await rounds.add('sqlite-main', 'sqlite-main', SQLITE_EVENTS);
    await rounds.add('sqlite-worker', 'sqlite-worker', SQLITE_EVENTS);
    const lines = Math.ceil(GIB / LINE_BYTES);
    await rounds.addAfter('recovery', { by: 'leave-lines', amount: lines, after: 'open' });
    await rounds.add('empty', 'open');
    await rounds.addAfter('backlog', { by: 'leave-objects', amount: 10 * GIB, after: 'open' });
    await rounds.addAfter('verify', { by: 'leave-trail', amount: EVENTS, after: 'verify' });
  }
  return rounds;
}

function table(rounds: Rounds): string {
  const row = (title: string, values: readonly number[]): string =>
    `| ${title} | ${[median(values), Math.min(...values), Math.max(...values)].map(shown).join(' | ')} |`;
  const of = (name: string, figure: string): readonly number[] => rounds.of(name, figure);
  return [
    '| figure | median | least | most |',
    '|---|---|---|---|',
    row('**main thread, µs an event of 1.8 KB, all in, 2000 in flight**', of('2000', 'mainUs')),
    row(
      '**the same / `JSON.stringify` of the finished object**',
      over(of('2000', 'mainUs'), of('codec', 'stringifyUs')),
    ),
    row('the codec alone, µs', of('codec', 'bytesUs')),
    row(
      'the same / `JSON.stringify` of the finished object',
      over(of('codec', 'bytesUs'), of('codec', 'stringifyUs')),
    ),
    row('writer thread, µs an event', of('2000', 'writerUs')),
    row('keeper thread, µs an event, shipped to a directory', of('2000', 'keeperUs')),
    row(
      'with encrypted fields: main thread / without',
      over(of('encrypted', 'mainUs'), of('2000', 'mainUs')),
    ),
    row(
      'with encrypted fields: writer thread / without',
      over(of('encrypted', 'writerUs'), of('2000', 'writerUs')),
    ),
    row("V8's helper threads, µs an event", of('2000', 'collectorUs')),
    row('events of 1.8 KB a second, 2000 in flight', of('2000', 'perSecond')),
    row('**durable events of 1 KB a second, 4000 in flight**', of('kilobytes', 'perSecond')),
    row(
      'the same / node:sqlite on the main thread',
      over(of('kilobytes', 'perSecond'), of('sqlite-main', 'perSecond')),
    ),
    row(
      'the same / node:sqlite in a worker',
      over(of('kilobytes', 'perSecond'), of('sqlite-worker', 'perSecond')),
    ),
    row(
      'the same in bytes / bare write + fdatasync of 256 KiB',
      over(
        of('kilobytes', 'perSecond').map((events) => events * 1024),
        of('bare', 'bytesPerSecond'),
      ),
    ),
    row('main thread, µs an event of 1 KB', of('kilobytes', 'mainUs')),
    row(
      'the same / node:sqlite on the main thread',
      over(of('kilobytes', 'mainUs'), of('sqlite-main', 'mainUs')),
    ),
    row(
      'the same / node:sqlite in a worker',
      over(of('kilobytes', 'mainUs'), of('sqlite-worker', 'mainUs')),
    ),
    row('acknowledged, 64 in flight, p50 ms', of('64', 'p50Ms')),
    row('**the same, p99 ms**', of('64', 'p99Ms')),
    row('bare write + fdatasync of 256 KiB, p50 ms', of('bare', 'p50Ms')),
    row('the same, p99 ms', of('bare', 'p99Ms')),
    row(
      'p99 of the acknowledgement / of the bare write',
      over(of('64', 'p99Ms'), of('bare', 'p99Ms')),
    ),
    row('**recovery of 1 GiB of lines after SIGKILL, s**', seconds(of('recovery', 'openMs'))),
    row('the same, CPU of the main thread, s', seconds(of('recovery', 'openCpuMs'))),
    row('RSS with no backlog, MB', of('empty', 'rssMb')),
    row(
      '**more RSS with a backlog of 10 GiB, MB**',
      minus(of('backlog', 'rssMb'), of('empty', 'rssMb')),
    ),
    row('**`audit verify`, events of 1.8 KB a second**', of('verify', 'perSecond')),
    row(
      'the same / one thread that unpacks and hashes the same objects as a whole',
      over(of('verify', 'perSecond'), of('verify', 'barePerSecond')),
    ),
    row('the same, CPU of all threads, µs an event', of('verify', 'allUs')),
    row('the same, CPU of the main thread, µs an event', of('verify', 'mainUs')),
    row('the same, RSS, MB', of('verify', 'rssMb')),
  ].join('\n');
}

function seconds(milliseconds: readonly number[]): readonly number[] {
  return milliseconds.map((ms) => ms / 1000);
}

function over(some: readonly number[], others: readonly number[]): readonly number[] {
  return some.map((one, index) => one / (others[index] ?? Number.NaN));
}

function minus(some: readonly number[], others: readonly number[]): readonly number[] {
  return some.map((one, index) => one - (others[index] ?? Number.NaN));
}

function shown(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : value < 1000 ? 1 : 0);
}

function conditions(): string {
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${os.cpus().length} cores, ${os.type()} ${os.arch()}, load average ${shown(os.loadavg()[0] ?? 0)} at the end.`,
    `${ROUNDS} rounds of ${EVENTS} events; every measurement is a process of its own, a tenth more as warm-up.`,
    'CPU is what the kernel counted for each thread; the main thread includes making and awaiting the load.',
    'Recovery reads lines that were written, sealed and not yet compressed; a backlog is of compressed segments.',
  ].join('\n');
}

const rounds = await measure();
const report = `# Cost of the audit path\n\n${conditions()}\n\n${table(rounds)}\n`;
const folder = path.join(HERE, 'results');
await mkdir(folder, { recursive: true });
await writeFile(path.join(folder, 'audit.md'), report);
say(`\n${report}`);
