import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { nodeFlags } from '../node-flags.mjs';

const DOCKERFILE = path.resolve(import.meta.dirname, '../../deploy/Dockerfile');

describe('the flags of Node', () => {
  it('are those that the image has, for the Node that it has', () => {
    const dockerfile = readFileSync(DOCKERFILE, 'utf8');
    const major = Number(/^FROM node:(\d+)/mu.exec(dockerfile)?.[1]);
    const [, entry = ''] = /^ENTRYPOINT (.*)$/mu.exec(dockerfile) ?? [];
    expect(JSON.parse(entry)).toEqual([
      'node',
      ...nodeFlags(major),
      'packages/app/bin/netscope.mjs',
    ]);
  });

  it('of V8 are given to no Node that may not know them', () => {
    expect(nodeFlags(26)).toHaveLength(3);
    expect(nodeFlags(27)).toEqual(['--max-semi-space-size=32']);
  });
});
