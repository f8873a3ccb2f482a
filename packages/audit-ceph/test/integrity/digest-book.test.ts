import { createPrivateKey, createPublicKey } from 'node:crypto';

import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { parseDigest } from '../../src/integrity/parse-digest.ts';
import { isHandedOver, isSignedBy } from '../../src/integrity/signed-digest.ts';
import { Keeper, type KeeperReply } from '../../src/spool/keeper.ts';
import { type SealedDigest, SpoolPaths } from '../../src/spool/segment.ts';
import { fault } from '../memory-files.ts';
import { testKeyPem } from '../test-key.ts';
import { EPOCH, WriterFixture } from '../writer-fixture.ts';

const AT_MS = Date.UTC(2026, 1, 20, 9);
const NEXT_EPOCH = '000000000002cd34';
const paths = new SpoolPaths('/data');

describe('digests of a spool', () => {
  it('list each sealed segment once, and nothing where nothing was sealed', () => {
    const world = new World();
    expect(world.digest().segments).toEqual([]);
    world.seal();
    const second = world.digest();
    expect(second.segments).toMatchObject([{ first_seq: 1, last_seq: 3, events: 3 }]);
    expect(second.position).toEqual({ epoch: EPOCH, seq: 3, head: second.segments[0]?.head });
    expect(world.digest()).toMatchObject({ segments: [], position: second.position, number: 3 });
  });

  it('each carry key and hash of the one before, over a restart too', () => {
    const world = new World();
    const first = world.make();
    world.seal();
    world.restart();
    const third = world.digest();
    expect(third).toMatchObject({ epoch: NEXT_EPOCH, number: 1 });
    expect(third.previous).toEqual({ key: first.key, sha256: first.sha256 });
    expect(third.segments).toMatchObject([{ epoch: EPOCH, last_seq: 3 }]);
  });

  it('list what was shipped before the restart and listed nowhere', () => {
    const world = new World();
    world.make();
    const segment = world.seal();
    world.keeper.handle({ kind: 'forget', segment });
    world.restart();
    expect(world.digest().segments).toMatchObject([{ key: segment.key, root: segment.root }]);
  });

  it('are signed over every byte before the signature', () => {
    const world = new World();
    world.seal();
    const bytes = world.bytes(world.make());
    const key = createPublicKey(world.keysPem);
    expect(isSignedBy(bytes, key)).toBe(true);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(isSignedBy(changed, key), `byte ${at}`).toBe(false);
    }
  });

  it('are sent again with the same bytes after a crash, until they were shipped', () => {
    const world = new World();
    const made = world.make();
    world.restart();
    const [pending] = world.digests({ kind: 'pending_digests' });
    expect(pending).toMatchObject({ key: made.key, sha256: made.sha256 });
    world.keeper.handle({ kind: 'forget_digest', digest: made });
    expect(world.digests({ kind: 'pending_digests' })).toEqual([]);
  });

  it('lose nothing when a crash comes between the digest and its memory', () => {
    const world = new World();
    world.make();
    world.seal();
    world.written.files.fault = (entry) =>
      entry === 'replace last-digest.json' ? fault('EIO') : undefined;
    expect(world.ask(false)).toMatchObject({ kind: 'failed' });
    world.written.files.fault = () => undefined;
    world.restart();
    expect(world.digests({ kind: 'pending_digests' })).toHaveLength(2);
    const next = world.digest();
    expect(next.segments).toEqual([]);
    expect(next.previous?.key).toContain(`${EPOCH}-000000000002.json`);
  });

  it('set a changed digest aside instead of sending it', () => {
    const world = new World();
    const made = world.make();
    const bytes = world.bytes(made);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    world.written.files.replace(`${paths.digests}/${made.name}`, bytes);
    expect(world.keeper.handle({ kind: 'load_digest', digest: made })).toEqual({ kind: 'damaged' });
    expect(world.written.files.list(paths.quarantine)).toEqual([made.name]);
  });

  it('say by the old key that a new one took over', () => {
    const world = new World();
    const former = world.keysPem;
    world.make();
    world.keysPem = testKeyPem() + former;
    world.restart();
    const bytes = world.bytes(world.make());
    const digest = parse(bytes);
    const present = createPublicKey(createPrivateKey(world.keysPem));
    expect(isSignedBy(bytes, present)).toBe(true);
    expect(isHandedOver(digest, createPublicKey(former), present)).toBe(true);
    expect(isHandedOver({ ...digest, node: 'other' }, createPublicKey(former), present)).toBe(
      false,
    );
    expect(isHandedOver(digest, present, present)).toBe(false);
  });

  it('say by the old key that a new one took over while they are made, though it is gone from the file', () => {
    const world = new World();
    const former = world.keysPem;
    world.make();
    const keysPem = testKeyPem();
    const asked = { kind: 'digest', timestampMs: AT_MS, isClosing: false } as const;
    const reply = world.keeper.handle({ ...asked, keysPem });
    if (reply.kind !== 'digests') throw new Error(reply.kind);
    const [made] = reply.digests;
    const bytes = made === undefined ? Buffer.alloc(0) : world.bytes(made);
    const present = createPublicKey(keysPem);
    expect(isSignedBy(bytes, present)).toBe(true);
    expect(isHandedOver(parse(bytes), createPublicKey(former), present)).toBe(true);
    const next = world.bytes(world.make());
    expect(isSignedBy(next, present)).toBe(true);
    expect(parse(next).rotation).toBeUndefined();
  });

  it('go on with the key at hand where the new one is none', () => {
    const world = new World();
    world.make();
    const asked = { kind: 'digest', timestampMs: AT_MS, isClosing: false } as const;
    expect(world.keeper.handle({ ...asked, keysPem: 'no key' })).toMatchObject({ kind: 'failed' });
    expect(isSignedBy(world.bytes(world.make()), createPublicKey(world.keysPem))).toBe(true);
  });
});

class World {
  readonly written = new WriterFixture();
  keysPem = testKeyPem();
  epoch = EPOCH;
  keeper = this.#keeper();

  seal() {
    for (let index = 0; index < 3; index += 1)
      void this.written.append(sampleCall({ offset: index }));
    this.written.close();
    const segment = this.written.sealed.at(-1);
    if (segment === undefined) throw new Error('nothing was sealed');
    const reply = this.keeper.handle({ kind: 'seal', segment, journal: '' });
    if (reply.kind !== 'sealed') throw new Error(`it was not sealed: ${reply.kind}`);
    return reply.segment;
  }

  restart(): void {
    this.epoch = NEXT_EPOCH;
    this.keeper = this.#keeper();
  }

  ask(isClosing: boolean): KeeperReply {
    return this.keeper.handle({ kind: 'digest', timestampMs: AT_MS, isClosing });
  }

  digests(request: Parameters<Keeper['handle']>[0]): readonly SealedDigest[] {
    const reply = this.keeper.handle(request);
    if (reply.kind !== 'digests') throw new Error(`no digests: ${JSON.stringify(reply)}`);
    return reply.digests;
  }

  make(): SealedDigest {
    const [digest] = this.digests({ kind: 'digest', timestampMs: AT_MS, isClosing: false });
    if (digest === undefined) throw new Error('no digest was made');
    return digest;
  }

  digest() {
    return parse(this.bytes(this.make()));
  }

  bytes({ name }: SealedDigest): Buffer {
    return Buffer.from(this.written.files.read(`${paths.digests}/${name}`));
  }

  #keeper(): Keeper {
    const { epoch, keysPem } = this;
    const identity = { dataDir: '/data', node: 'netscope-0', service: 'orders' };
    const options = { ...identity, epoch, keysPem, zstdLevel: 1, ballastBytes: 1_000_000 };
    return new Keeper(options, this.written.files);
  }
}

function parse(bytes: Buffer) {
  const digest = parseDigest(bytes);
  if (digest === undefined) throw new Error('it is not a digest');
  return digest;
}
