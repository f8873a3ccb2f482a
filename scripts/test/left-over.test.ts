import { describe, expect, it } from 'vitest';

import { leftOver } from '../testing/left-over.ts';
import type { VitestReport } from '../testing/tally.ts';

type File = VitestReport['testResults'][number];

function report(...testResults: readonly File[]): VitestReport {
  return {
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults,
  };
}

const ended = (exitCode: number, file: File) => ({ report: report(file), exitCode });
const passed = { fullName: 'a sum adds up', status: 'passed', failureMessages: [] };

describe('what a test run leaves over', () => {
  it('names each test that failed, with the beginning of its message', () => {
    const message = `\u001B[31mAssertionError: expected 1 to be 2\u001B[39m\n${'    at x\n'.repeat(9)}`;
    const failed = { fullName: 'a sum is right', status: 'failed', failureMessages: [message] };
    const file = { name: '/r/a.test.ts', status: 'failed', message: '' };
    const lines = leftOver(
      'unit',
      ended(1, { ...file, assertionResults: [passed, failed] }),
      '/r',
    ).join('\n');
    expect(lines.split('\n')).toEqual([
      'FAILED unit a.test.ts > a sum is right',
      '    AssertionError: expected 1 to be 2',
      ...Array.from({ length: 5 }, () => '        at x'),
    ]);
  });

  it('names each test that was skipped', () => {
    const skipped = { fullName: 'needs namespaces', status: 'skipped', failureMessages: [] };
    const file = { name: '/r/b/c.test.ts', status: 'passed', message: '' };
    expect(leftOver('e2e', ended(0, { ...file, assertionResults: [skipped] }), '/r')).toEqual([
      'skipped e2e b/c.test.ts > needs namespaces',
    ]);
  });

  it('says why a file could not be loaded, and that a run left no report', () => {
    const unloaded = { name: '/r/d.test.ts', status: 'failed', message: 'no such module' };
    expect(leftOver('unit', ended(1, { ...unloaded, assertionResults: [] }), '/r')).toEqual([
      'FAILED unit d.test.ts\n    no such module',
    ]);
    expect(leftOver('unit', { report: undefined, exitCode: 0 }, '/r')).toEqual([
      'FAILED unit: ended without a report',
    ]);
  });

  it('is an error that nobody handled where all passed', () => {
    const file = { name: '/r/a.test.ts', status: 'passed', message: '' };
    expect(leftOver('unit', ended(1, { ...file, assertionResults: [passed] }), '/r')).toEqual([
      'FAILED unit: no test failed and it ended with 1',
    ]);
  });

  it('is nothing where all passed', () => {
    const file = { name: '/r/a.test.ts', status: 'passed', message: '' };
    expect(leftOver('unit', ended(0, { ...file, assertionResults: [passed] }), '/r')).toEqual([]);
  });
});
