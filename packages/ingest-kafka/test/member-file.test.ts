import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type KeptMember, MemberFile } from '../src/member-file.ts';

const member = (memberId: string): KeptMember => ({
  memberId,
  generation: 3,
  partitions: [
    { topic: 'a', partition: 0 },
    { topic: 'a', partition: 2 },
    { topic: 'b', partition: 1 },
  ],
});
const group = { cluster: 'c-1', group: 'netscope' };

describe('The member that a node was', () => {
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'netscope-member-'));
  });

  afterEach(async () => rm(dataDir, { recursive: true, force: true }));

  it('is known to the next process on the same directory', async () => {
    await new MemberFile({ dataDir, instanceId: 'here' }).keep(group, member('member-1'));
    await new MemberFile({ dataDir, instanceId: 'here' }).keep(group, member('member-2'));
    const next = new MemberFile({ dataDir, instanceId: 'here' });
    expect(await next.former(group)).toEqual(member('member-2'));
  });

  it.each([
    ['a copied directory', 'elsewhere', group],
    ['another cluster', 'here', { ...group, cluster: 'c-2' }],
    ['another group', 'here', { ...group, group: 'other' }],
  ])('is nobody to %s', async (_what, instanceId, asked) => {
    await new MemberFile({ dataDir, instanceId: 'here' }).keep(group, member('member-1'));
    expect(await new MemberFile({ dataDir, instanceId }).former(asked)).toBeUndefined();
  });

  it('is forgotten once the group was left', async () => {
    const file = new MemberFile({ dataDir, instanceId: 'here' });
    await file.keep(group, member('member-1'));
    await file.forget();
    await file.forget();
    expect(await file.former(group)).toBeUndefined();
  });

  it.each([
    ['a file of before generations were kept', ''],
    ['a damaged generation', ',"generation":"3","held":[["a",[0]]]'],
    ['damaged partitions', ',"generation":3,"held":[["a",["0"]]]'],
    ['partitions that are none', ',"generation":3,"held":{"a":[0]}'],
  ])('is known by name alone from %s', async (_what, more) => {
    const text = `{"instance":"here","cluster":"c-1","group":"netscope","member":"m"${more}}`;
    await writeFile(path.join(dataDir, 'kafka-member.json'), text);
    const file = new MemberFile({ dataDir, instanceId: 'here' });
    expect(await file.former(group)).toEqual({ memberId: 'm', generation: -1, partitions: [] });
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
