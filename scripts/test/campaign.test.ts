import { existsSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { CAMPAIGN, type CampaignPart, chosenParts } from '../campaign/parts.ts';
import { figuresIn, type PartResult, reportWith, verdictOf } from '../campaign/report.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ORDER = ['first', 'second'];

function result(name: string, over: Partial<PartResult> = {}): PartResult {
  const part: CampaignPart = {
    name,
    proves: 'all is well',
    project: 'e2e',
    file: 'e2e/x.e2e.test.ts',
    variable: 'NETSCOPE_X',
    value: '9',
    someMinutes: 1,
  };
  return {
    part,
    tally: { passed: 1, failed: 0, skipped: 0 },
    seconds: 61.4,
    figures: [],
    surroundings: { date: '2026-11-21', commit: 'commit abc', machine: '2 cores', loadBefore: 0.5 },
    ...over,
  };
}

describe('the parts of the campaign', () => {
  test('are files that there are, each read for the variable that makes it long', async () => {
    const { readFile } = await import('node:fs/promises');
    for (const { file, variable } of CAMPAIGN) {
      expect(existsSync(path.join(ROOT, file))).toBe(true);
      const folder = path.dirname(path.join(ROOT, file));
      const texts = await Promise.all(
        [path.join(ROOT, file), path.join(folder, 'lab', 'lab-case.ts')].map((one) =>
          readFile(one, 'utf8').catch(() => ''),
        ),
      );
      expect(texts.join('\n')).toContain(`process.env['${variable}']`);
    }
  });

  test('are all chosen unless some are named', () => {
    expect(chosenParts([])).toEqual({ kind: 'chosen', parts: CAMPAIGN });
    const some = chosenParts(['--only', 'verdicts', '--only=soak']);
    const names = some.kind === 'chosen' ? some.parts.map(({ name }) => name) : [];
    expect(names).toEqual(['soak', 'verdicts']);
  });

  test.each([[['--only', 'nothing']], [['--only']], [['soak']]])('are not %j', (args) => {
    expect(chosenParts(args).kind).toBe('refused');
  });
});

describe('the report of the campaign', () => {
  test('holds what the tests told in numbers, and no other line of theirs', () => {
    const output = 'stdout | x\n[figure] 3 kills, 0 lost\n✓ a test\n| a | b |\n|---|---|\n';
    expect(figuresIn(output)).toEqual(['3 kills, 0 lost', '| a | b |', '|---|---|']);
  });

  test('takes a part anew and leaves the others, in the order of the campaign', () => {
    const before = reportWith('', [result('second')], ORDER);
    const both = reportWith(before, [result('first', { figures: ['new number'] })], ORDER);
    expect(both.indexOf('## first')).toBeLessThan(both.indexOf('## second'));
    const again = reportWith(both, [result('first', { figures: ['newer number'] })], ORDER);
    expect(again).toContain('- newer number');
    expect(again).not.toContain('- new number');
    expect(again.match(/^## /gmu)).toHaveLength(2);
    expect(reportWith(again, [], ORDER)).toBe(again);
  });

  test.each([
    [{ passed: 2, failed: 0, skipped: 1 }, 'passed'],
    [{ passed: 2, failed: 1, skipped: 0 }, 'failed'],
    [{ passed: 0, failed: 0, skipped: 3 }, 'skipped'],
  ] as const)('tells %j as %s', (tally, verdict) => {
    expect(verdictOf(tally)).toBe(verdict);
    expect(reportWith('', [result('first', { tally })], ORDER)).toContain(`**${verdict}** in 61 s`);
  });
});
