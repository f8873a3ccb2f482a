import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { configSha256, renderEffective } from '../src/index.ts';
import { load, MINIMAL } from './load.ts';

const TEXT = readFileSync(new URL('fixtures/configuration.yaml', import.meta.url), 'utf8');
const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** The documented file with sizes in bytes and what depends on the place filled in. */
function documented(): Readonly<Record<string, unknown>> {
  const text = TEXT.replaceAll(/\b(\d+)(KiB|MiB|GiB)\b/g, (_all, amount: string, unit: string) =>
    String(Number(amount) * (UNITS[unit] ?? 0)),
  )
    .replace('${HOSTNAME:-local}', 'host-1')
    .replace('./data/audit', '/srv/data/audit')
    .replace('./data ', '/srv/data ');
  return parse(text);
}

function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

function effective(text: string): Readonly<Record<string, unknown>> {
  const { config } = load(text, { HOSTNAME: 'host-1' });
  return JSON.parse(renderEffective(config, { format: 'json' }));
}

function pick(tree: unknown, path: string): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : {}),
      tree,
    );
}

/** Shown as examples: their keys have no default, or one that follows another key. */
const EXAMPLES = new Set(['.routes.0.group']);

describe('the documented file', () => {
  const wanted = documented();
  const rows = [
    'service',
    'http',
    'source',
    'delivery',
    'upstreams',
    'audit',
    'metrics',
    'logs',
    'telemetry',
    'shutdown',
  ]
    .flatMap((section) => leaves(wanted[section], `.${section}`))
    .concat(leaves(pick(wanted, '.routes.0'), '.routes.0'));

  it('has rows to look at', () => {
    expect(rows.length).toBeGreaterThan(120);
  });

  it.each(rows)('says what %s is unless given', (path, value) => {
    if (EXAMPLES.has(path)) return;
    expect(pick(effective(MINIMAL), path)).toEqual(value);
  });

  it('is accepted and read back as written', () => {
    expect(effective(TEXT)).toEqual(wanted);
  });

  it('gives no warning', () => {
    expect(load(TEXT).warnings).toEqual([]);
  });

  it('is the same as its own rendering, as YAML and as JSON', () => {
    const { config } = load(TEXT);
    const yaml = renderEffective(config, { format: 'yaml' });
    const again = load(yaml).config;
    expect(again).toEqual(config);
    expect(load(renderEffective(config, { format: 'json' })).config).toEqual(config);
    expect(configSha256(again)).toBe(configSha256(config));
  });
});
