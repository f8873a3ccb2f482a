import { expect, test } from 'vitest';

import { type CommandName, COMMANDS } from '../../src/cli/command-line.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { helpText } from '../../src/cli/help.ts';

const isCommand = (name: string): name is CommandName => name in COMMANDS;

/** What every command may end with, whatever it does. */
const ALWAYS = [EXIT.ok, EXIT.usage, EXIT.defect, EXIT.configuration, EXIT.secondSignal];

test.each(Object.keys(COMMANDS).filter(isCommand))(
  'the help of %s documents every exit code that it may end with',
  (command) => {
    const codes = [...helpText(command).matchAll(/^ {2}(\d+) {2,}\S/gmu)].map(([, code]) =>
      Number(code),
    );
    const ofTrail = command.startsWith('audit ') || command === 'report' ? [EXIT.unchecked] : [];
    expect(codes).toEqual(expect.arrayContaining([...ALWAYS, ...ofTrail]));
  },
);
