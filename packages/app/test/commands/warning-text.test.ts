import { expect, test } from 'vitest';

import { warningText } from '../../src/commands/warning-text.ts';

test('a warning about no key names its place and no key', () => {
  const warning = { where: 'NETSCOPE_PORT', path: '', message: 'ignored' };
  expect(warningText(warning)).toBe('NETSCOPE_PORT: ignored');
  expect(warningText({ ...warning, path: 'http.port' })).toBe('NETSCOPE_PORT: http.port: ignored');
});
