import { describe, expect, it } from 'vitest';

import { add, isSuccess, lastLine, NOTHING, tallyOf, type VitestReport } from '../testing/tally.ts';

const report = (
  counts: Partial<VitestReport>,
  files: VitestReport['testResults'] = [],
): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: files,
  ...counts,
});

describe('the tally of a test run', () => {
  it('counts what passed, failed and was skipped', () => {
    const counts = { numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 };
    expect(tallyOf(report(counts), 1)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  it('counts a file that could not be loaded as failed', () => {
    const files = [{ name: '/x/a.test.ts', status: 'failed', message: 'no', assertionResults: [] }];
    expect(tallyOf(report({ numPassedTests: 5 }, files), 1)).toMatchObject({ failed: 1 });
  });

  it('counts an unhandled error as failed although every test passed', () => {
    expect(tallyOf(report({ numPassedTests: 5 }), 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('counts a crash without a report as failed', () => {
    expect(tallyOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('sums projects', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(add(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });

  it('says what was skipped only where anything was', () => {
    expect(lastLine({ passed: 7, failed: 0, skipped: 0 })).toBe('7 passed, 0 failed');
    expect(lastLine({ passed: 7, failed: 0, skipped: 2 })).toBe('7 passed, 0 failed, 2 skipped');
  });

  it('is a success only if something ran and nothing failed', () => {
    expect(isSuccess(NOTHING)).toBe(false);
    expect(isSuccess({ passed: 1, failed: 1, skipped: 0 })).toBe(false);
    expect(isSuccess({ passed: 1, failed: 0, skipped: 1 })).toBe(true);
  });
});
