/**
 * Writes what is made from the sources: the reference of the configuration, its JSON Schema, that of
 * audit events, the reference of the metrics and that of the columns of `audit query`. With `--check` it writes nothing and fails where they are stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { configJsonSchema, configReference } from '../packages/config/src/index.ts';
import { auditEventJsonSchema } from '../packages/domain/src/index.ts';
import { auditColumnsReference } from './reference/audit-columns-reference.ts';
import { metricsReference } from './reference/metrics-reference.ts';

const folder = path.resolve(import.meta.dirname, '../docs/reference');
const files = new Map([
  ['configuration.md', configReference()],
  ['netscope.schema.json', `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`],
  ['audit-event.schema.json', `${JSON.stringify(auditEventJsonSchema(), undefined, 2)}\n`],
  ['metrics.md', metricsReference()],
  ['audit-columns.md', auditColumnsReference()],
]);

mkdirSync(folder, { recursive: true });
for (const [name, text] of files) {
  const file = path.join(folder, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    console.error(`${name} is stale: node scripts/generate-reference.ts`);
    process.exitCode = 1;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
