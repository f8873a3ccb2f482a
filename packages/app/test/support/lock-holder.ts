import process from 'node:process';

import { DataDirLock } from '../../src/data-dir-lock.ts';

const lock = DataDirLock.acquire(process.argv[2] ?? '');
process.send?.('held');
setInterval(() => process.stdout.write(lock === undefined ? '' : ''), 60_000);
