import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { auditColumnsReference } from '../reference/audit-columns-reference.ts';

const PAGE = new URL('../../docs/reference/audit-columns.md', import.meta.url);

it('the reference of the columns is the page in docs (node scripts/generate-reference.ts)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(auditColumnsReference());
});
