import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import type { VitestReport } from './tally.ts';

/** Lines of a failure's message that are told again; the rest stands where the test ran. */
const MESSAGE_LINES = 6;

/**
 * What did not pass, for the end of the output, where a reader of a log looks first: each test that
 * failed, with the beginning of its message, and each that was skipped. Files are named from `root`.
 */
export function leftOver(
  project: string,
  { report, exitCode }: { readonly report: VitestReport | undefined; readonly exitCode: number },
  root: string,
): readonly string[] {
  if (report === undefined) return [`FAILED ${project}: ended without a report`];
  const lines = linesOf(project, report, root);
  if (exitCode === 0 || report.testResults.some(({ status }) => status === 'failed')) return lines;
  // An error that nobody handled fails a run of tests that all passed; above it stands as "Unhandled".
  return [...lines, `FAILED ${project}: no test failed and it ended with ${exitCode}`];
}

function linesOf(project: string, report: VitestReport, root: string): readonly string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name);
    const unloaded = status === 'failed' && assertionResults.length === 0;
    return [
      ...(unloaded ? [`FAILED ${project} ${file}${quoted([message])}`] : []),
      ...assertionResults.flatMap((test) => {
        if (test.status === 'passed') return [];
        const word = test.status === 'failed' ? 'FAILED' : 'skipped';
        return [`${word} ${project} ${file} > ${test.fullName}${quoted(test.failureMessages)}`];
      }),
    ];
  });
}

function quoted(messages: readonly string[]): string {
  return messages
    .flatMap((message) => stripVTControlCharacters(message).trim().split('\n', MESSAGE_LINES))
    .filter((line) => line !== '')
    .map((line) => `\n    ${line}`)
    .join('');
}
