import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { auditEventJsonSchema } from '../../packages/domain/src/index.ts';

const FILE = new URL('../../docs/reference/audit-event.schema.json', import.meta.url);

describe('the JSON Schema of audit events', () => {
  it('is the file in docs (node scripts/generate-reference.ts)', () => {
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(auditEventJsonSchema());
  });

  it('allows fields that it does not name', () => {
    expect(readFileSync(FILE, 'utf8')).not.toContain('"additionalProperties": false');
  });
});
