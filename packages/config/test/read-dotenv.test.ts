import { describe, expect, it } from 'vitest';

import { readDotenv } from '../src/reading/read-dotenv.ts';

describe('a line of .env', () => {
  it.each([
    ['has no equals sign', 'A=1\n\nNETSCOPE_HTTP_PORT 9001\nB=2\n', [3]],
    ['has a colon for it', '# x\nNETSCOPE_HTTP_PORT: 9001', [2]],
    ['has a colon before it', 'A: http://b/?c=d\n', [1]],
    ['has no name', '=1\nA=1\n', [1]],
    ['has a name of two words', 'A B=1\n', [1]],
    ['takes its value from the next', 'A= \nB=2\n', [1]],
    ['stands behind a quoted value of two lines', 'A="x\ny" # c\nB\n', [3]],
    ['is one of several', 'A\r\nB=1\r\nC\r\n', [1, 3]],
  ])('is told where it %s', (_what, text, lines) => {
    const { faults } = readDotenv(text, '.env');
    expect(faults.map(({ where }) => where)).toEqual(lines.map((line) => `.env:${line}`));
    expect(JSON.stringify(faults)).not.toContain('9001');
  });

  it.each([
    ['', {}],
    ['\n  # a "comment\n\nA=1', { A: '1' }],
    ['export A=1\nexport  B = 2\n', { A: '1', B: '2' }],
    ['A=\nB=2', { A: '', B: '2' }],
    ['A= ', { A: '' }],
    ['A="x\ny: z" # c\nB=`q\n=`r\n', { A: 'x\ny: z', B: 'q\n=' }],
    ['A="unclosed\nB=2', { A: '"unclosed', B: '2' }],
    ['A=x "y\nB=2\n', { A: 'x "y', B: '2' }],
    ["A='a: b'\r\nB=1\r\n", { A: 'a: b', B: '1' }],
  ])('is taken as Node takes it: %j', (text, values) => {
    expect(readDotenv(text, '.env')).toEqual({ values, faults: [] });
  });
});
