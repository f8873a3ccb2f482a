import { expect, test } from 'vitest';

import { createOutput } from '../../src/cli/output.ts';
import { demo } from '../../src/commands/demo.ts';
import { systemEdges } from '../../src/edges/edges.ts';

test('the demo ends at a signal that comes while its parts are built', async () => {
  const edges = systemEdges();
  const ended = new AbortController();
  const random = {
    float: () => edges.random.float(),
    // Drawn first for the trace of the process, after the page is built and before anything listens.
    hex: (bytes: number) => {
      ended.abort();
      return edges.random.hex(bytes);
    },
    uuid: () => edges.random.uuid(),
  };
  const told: string[] = [];
  const output = createOutput(
    { stdout: { write: (text) => told.push(text) }, stderr: { write: () => 0 } },
    true,
  );
  await demo({ port: '0' }, { edges: { ...edges, random }, output, signal: ended.signal });
  expect(JSON.parse(told.join(''))).toMatchObject({ generated: 0, delivered: 0, spooled: 0 });
});
