/** One measurement of `bench audit`, in a process of its own; prints its figures as JSON. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { codec } from './audit/codec-probe.ts';
import { benchCalls, benchQuarantines } from './audit/events.ts';
import { bareWrites, sinkRun } from './audit/sink-probe.ts';
import { leaveLines, leaveObjects, openSpool } from './audit/spool-probe.ts';
import { sqliteOnMain, sqliteInWorker } from './audit/sqlite-probe.ts';
import { leaveTrail, verifyLeft } from './audit/verify-probe.ts';

type Figures = Readonly<Record<string, number>>;

const [mode = '', directory = '', count = '0', lanes = '64'] = process.argv.slice(2);
const events = Number(count);
const inFlight = Number(lanes);

const MODES: Readonly<Record<string, () => Figures | Promise<Figures>>> = {
  codec: () => codec(events),
  calls: () => sinkRun({ directory, events, inFlight }, benchCalls()),
  encrypted: () => {
    const keyFile = join(directory, 'audit.key');
    writeFileSync(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 });
    return sinkRun({ directory, events, inFlight, keyFile }, benchCalls());
  },
  kilobytes: () => sinkRun({ directory, events, inFlight }, benchQuarantines()),
  bare: () => bareWrites(directory, events),
  'sqlite-main': () => sqliteOnMain(directory, events),
  'sqlite-worker': () => sqliteInWorker(directory, events),
  'leave-lines': () => leaveLines(directory, events),
  'leave-objects': () => leaveObjects(directory, events),
  open: () => openSpool(directory),
  'leave-trail': () => leaveTrail(directory, events),
  verify: () => verifyLeft(directory),
};

const run = MODES[mode];
if (run === undefined) throw new Error(`no such measurement: ${mode}`);
const figures = await run();
// A store that is away may hold a timer for its next try.
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
