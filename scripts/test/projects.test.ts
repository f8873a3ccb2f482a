import { describe, expect, it } from 'vitest';

import { chosenProjects } from '../testing/projects.ts';

describe('the projects of a test run', () => {
  it('are all of them, cheapest first, when none is named', () => {
    expect(chosenProjects(['spool'])).toEqual({
      projects: ['unit', 'slow', 'integration', 'e2e'],
      rest: ['spool'],
    });
  });

  it('are the named ones, and the rest is for vitest', () => {
    expect(chosenProjects(['--project', 'e2e', 'kill', '-t', 'x', '--project=unit'])).toEqual({
      projects: ['e2e', 'unit'],
      rest: ['kill', '-t', 'x'],
    });
  });
});
