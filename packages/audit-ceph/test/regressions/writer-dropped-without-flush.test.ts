import { sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { parseLines } from '../trail.ts';
import { WriterFixture } from '../writer-fixture.ts';

/** Vector lost what its writer had taken and not flushed when it was dropped. */
test('a close writes, syncs and seals what was taken before it, however little', () => {
  const fixture = new WriterFixture();
  for (let index = 0; index < 3; index += 1) void fixture.append(sampleCall({ offset: index }));
  fixture.close();
  expect(parseLines(fixture.allLines())).toHaveLength(3);
  expect(fixture.messages.map(({ kind }) => kind)).toEqual(['durable', 'sealed', 'closed']);
  expect(fixture.messages.at(-1)).toEqual({ kind: 'closed', isComplete: true });
});
