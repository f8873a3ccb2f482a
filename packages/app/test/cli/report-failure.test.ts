import { AuditError, ConfigError, SourceError, StorageError } from '@netscope/domain';
import { expect, test } from 'vitest';

import { failureOf } from '../../src/cli/report-failure.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

const kind = 'transient';
const fault = { path: 'http.port', where: 'netscope.yaml:3', found: '"x"', expected: 'a number' };

test.each([
  { error: new UsageError('no'), exitCode: 64 },
  { error: new ConfigError([fault]), exitCode: 78 },
  { error: new SourceError('SOURCE_MISCONFIGURED', 'no topic', { kind }), exitCode: 78 },
  { error: new StorageError('STORAGE_LOCKED', 'held', { kind }), exitCode: 78 },
  { error: new StorageError('STORAGE_UNAVAILABLE', 'unreachable', { kind }), exitCode: 2 },
  { error: new StorageError('STORAGE_TIMEOUT', 'no answer', { kind }), exitCode: 2 },
  { error: new SourceError('SOURCE_START_TIMEOUT', 'late', { kind }), exitCode: 75 },
  { error: new SourceError('SOURCE_UNAVAILABLE', 'no broker', { kind }), exitCode: 75 },
  { error: new AuditError('AUDIT_SPOOL_FAILED', 'defect', { kind }), exitCode: 70 },
  { error: new AuditError('AUDIT_SPOOL_FAILED', 'no folder', { kind: 'permanent' }), exitCode: 78 },
  { error: new TypeError('x is not a function'), exitCode: 70 },
  { error: 'thrown text', exitCode: 70 },
])('$error ends with $exitCode', ({ error, exitCode }) => {
  expect(failureOf(error).exitCode).toBe(exitCode);
});

test('a configuration fault is told by place, finding and what would be right', () => {
  const { text } = failureOf(new ConfigError([fault]));
  expect(text).toMatch(/netscope\.yaml:3.*http\.port.*"x".*a number/u);
});

test('a configuration fault is data where data is asked for', () => {
  expect(failureOf(new ConfigError([fault])).json).toMatchObject({
    code: 'CONFIG_INVALID',
    details: { faults: 1 },
    faults: [fault],
  });
});

test('a file that may not be written is not told as a port that is taken', () => {
  const denied = Object.assign(new Error("EACCES: permission denied, mkdir '/opt/x'"), {
    code: 'EACCES',
  });
  const { exitCode, text } = failureOf(denied);
  expect({ exitCode, isOfPort: text.includes('http.port') }).toEqual({
    exitCode: 70,
    isOfPort: false,
  });
});

test('a stack is shown for a defect and for nothing else', () => {
  expect(failureOf(new TypeError('x')).text).toContain('report-failure.test.ts');
  expect(failureOf(new UsageError('x')).text).not.toContain('report-failure.test.ts');
});
