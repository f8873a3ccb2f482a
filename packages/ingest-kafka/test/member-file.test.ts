import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { MemberFile } from '../src/member-file.ts';

const group = { cluster: 'c-1', group: 'netscope' };

describe('The member that a node was', () => {
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'netscope-member-'));
  });

  afterEach(async () => rm(dataDir, { recursive: true, force: true }));

  it('is known to the next process on the same directory', async () => {
    await new MemberFile({ dataDir, instanceId: 'here' }).keep(group, 'member-1');
    await new MemberFile({ dataDir, instanceId: 'here' }).keep(group, 'member-2');
    const next = new MemberFile({ dataDir, instanceId: 'here' });
    expect(await next.former(group)).toBe('member-2');
  });

  it.each([
    ['a copied directory', 'elsewhere', group],
    ['another cluster', 'here', { ...group, cluster: 'c-2' }],
    ['another group', 'here', { ...group, group: 'other' }],
  ])('is nobody to %s', async (_what, instanceId, asked) => {
    await new MemberFile({ dataDir, instanceId: 'here' }).keep(group, 'member-1');
    expect(await new MemberFile({ dataDir, instanceId }).former(asked)).toBeUndefined();
  });

  it('is forgotten once the group was left', async () => {
    const file = new MemberFile({ dataDir, instanceId: 'here' });
    await file.keep(group, 'member-1');
    await file.forget();
    await file.forget();
    expect(await file.former(group)).toBeUndefined();
  });

  it.each(['', 'nonsense', '[]', '"member"', '{"instance":"here"}', '{"member":7}'])(
    'is nobody where the file says %j',
    async (text) => {
      await writeFile(path.join(dataDir, 'kafka-member.json'), text);
      const file = new MemberFile({ dataDir, instanceId: 'here' });
      expect(await file.former(group)).toBeUndefined();
    },
  );
});
