import { expect, test } from 'vitest';

import { createOutput } from '../../src/cli/output.ts';
import { demo } from '../../src/commands/demo.ts';
import { systemEdges } from '../../src/edges/edges.ts';

test('the demo says that it reads no --config', async () => {
  const told: string[] = [];
  const write = (text: string): number => told.push(text);
  const run = demo(
    { config: 'nowhere.yaml', rate: 'none' },
    {
      edges: systemEdges(),
      output: createOutput({ stdout: { write }, stderr: { write } }, false),
      signal: AbortSignal.abort(),
    },
  );
  await expect(run).rejects.toThrow('--rate');
  expect(told.join('')).toContain('--config is not read');
});
