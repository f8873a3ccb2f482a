import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { configJsonSchema, configReference } from '../src/index.ts';

const FOLDER = new URL('../../../docs/reference/', import.meta.url);

function committed(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

describe('what is made from the schema', () => {
  it('is the page in docs (node scripts/generate-reference.ts)', () => {
    expect(committed('configuration.md')).toBe(configReference());
  });

  it('is the JSON Schema in docs (node scripts/generate-reference.ts)', () => {
    expect(JSON.parse(committed('netscope.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
  });

  it('names every key with its default and its variable', () => {
    const page = configReference();
    expect(page).toContain('| `source.waiting_bytes_max` | `64MiB` |');
    expect(page).toContain('| `NETSCOPE_SOURCE_KAFKA_GROUP_ID` |');
    expect(page).toContain('| `routes.*.request.path` |');
    expect(page).not.toContain('NETSCOPE_ROUTES');
    expect(page).not.toContain('NETSCOPE_UPSTREAMS');
  });

  it('lets sizes and references stand where numbers do', () => {
    const text = JSON.stringify(configJsonSchema());
    expect(text).toContain('MiB');
    expect(text).toContain('additionalProperties');
  });
});
