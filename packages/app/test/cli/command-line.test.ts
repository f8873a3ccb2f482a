import { describe, expect, test } from 'vitest';

import { countOption, parseCommandLine } from '../../src/cli/command-line.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

describe('a command line', () => {
  test.each([
    { args: ['run', '--config', 'a.yaml'], command: 'run' },
    { args: ['--config', 'a.yaml', 'run'], command: 'run' },
    { args: ['config', '--config=a.yaml', 'check'], command: 'config check' },
    { args: ['--', 'run', '--config', 'a.yaml'], command: 'run' },
  ])('takes --config before, between and after its words: $args', ({ args, command }) => {
    expect(parseCommandLine(args)).toMatchObject({ command, options: { config: 'a.yaml' } });
  });

  test.each([
    { args: ['fly'], says: 'there is no command "fly"; the commands are run, demo' },
    { args: ['config'], says: '"config" is not whole; there are config check, config print' },
    { args: ['run', '--port', '1'], says: '"run" takes no --port; it takes --config' },
    { args: ['run', '--nope'], says: "Unknown option '--nope'" },
    { args: ['run', '--config'], says: 'argument missing' },
  ])('$args is refused and says what would be right', ({ args, says }) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(says);
  });

  test.each([
    { args: ['audit', 'query'], says: "audit query needs SQL: audit query 'SQL'" },
    { args: ['audit', 'query', 'select', '1'], says: 'takes one SQL: quote it' },
  ])('$args is refused, since it takes one operand', ({ args, says }) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(says);
  });

  test('takes what a command works on behind its words, options before it or after', () => {
    const line = { command: 'audit query', operand: 'select 1', options: { csv: true } };
    expect(parseCommandLine(['audit', 'query', 'select 1', '--csv'])).toMatchObject(line);
    expect(parseCommandLine(['audit', '--csv', 'query', 'select 1'])).toMatchObject(line);
    expect(parseCommandLine(['audit', 'query', '--help'])).toMatchObject({ operand: undefined });
  });

  test('an unknown option is refused without advice on values that no option takes', () => {
    expect(() => parseCommandLine(['run', '--nope'])).toThrow(/^Unknown option '--nope'$/u);
  });

  test('the help of a first word alone is that of all commands', () => {
    expect(parseCommandLine(['audit', '--help'])).toMatchObject({ command: undefined });
  });

  test.each(['0', '-1', '1.5', 'many', '', ' 5', '0x10', '1e3', '101'])(
    'a count of "%s" is refused where 1 to 100 are right',
    (rate) => {
      expect(() => countOption({ rate }, 'rate', { least: 1, most: 100 })).toThrow(UsageError);
    },
  );

  test('a port past the last one is a fault of the command line, not of a file', () => {
    expect(() => countOption({ port: '70000' }, 'port', { least: 0, most: 65_535 })).toThrow(
      '--port must be a whole number from 0 to 65535, not "70000"',
    );
  });
});
