import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import type { AuditDigest } from '@netscope/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { parseDigest } from '../../src/integrity/parse-digest.ts';
import { signDigest } from '../../src/integrity/signed-digest.ts';
import { type SigningKey, signingKeys } from '../../src/integrity/signing-key.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { epochBehind, forgedBehind, lastOfEpochs } from './forged-tail.ts';
import { StoredTrail } from './stored-trail.ts';

const GIB = 1024 ** 3;
const LONG_AGO = '2020-01-01T00:00:00.000Z';
const directory = new TestDirectory();
const trail = new StoredTrail(directory.path);
let signer: SigningKey | undefined;

beforeAll(async () => {
  await trail.live('a', { events: 5 });
  await trail.live('a', { events: 5 });
  await trail.live('b', { events: 4 });
  trail.keep(['a', 'b']);
  [signer] = signingKeys(
    readFileSync(join(directory.path, 'a/keys/signing-key.pem'), 'utf8'),
    'it',
  );
}, 60_000);

afterAll(() => directory[Symbol.dispose]());

beforeEach(() => trail.restore());

describe('what is not as it was signed has a kind and a place', () => {
  it('extra: an object, a copy and a key that no digest lists', async () => {
    const [events = ''] = segments('a');
    const [digest = ''] = digests('a');
    const places = [
      `${events}.bak`,
      'audit/v1/notes.txt',
      events.replace('service=netscope', 'service=other'),
      digest.replace('-000000000001.json', '-000000000099.json'),
    ];
    for (const place of places) trail.write(place, trail.original(events));
    trail.write(places[3] ?? '', trail.original(digest));
    const { breaches } = await trail.check();
    const told = breaches.map(({ kind, place }) => `${kind} ${place}`);
    expect(new Set(told)).toEqual(new Set(places.map((place) => `extra ${place}`)));
    expect(told).toHaveLength(places.length);
  });

  it('extra: events behind a closing digest, whatever time they tell of', async () => {
    for (const timestamp of [now(), LONG_AGO]) {
      const { key: place, body } = forgedBehind(lastOf('a'), { timestamp });
      trail.write(place, body);
      expect((await trail.check()).breaches).toEqual([
        { kind: 'extra', place, message: expect.stringMatching(/the last digest .* closed it$/) },
      ]);
      trail.restore();
    }
  });

  it('extra: events of a time long before the digest that they came behind', async () => {
    const closing = digests('a').at(-1) ?? '';
    const running = forgedBehind(lastOf('a'), { timestamp: LONG_AGO });
    const epoch = epochBehind(lastOf('a')[0], 1);
    const later = forgedBehind(lastOf('a'), { timestamp: LONG_AGO, epoch });
    trail.remove(closing);
    trail.write(running.key, running.body);
    trail.write(later.key, later.body);
    const { breaches } = await trail.check();
    expect(breaches).toMatchObject(
      [running, later].map(({ key }) => ({ kind: 'extra', place: key })),
    );
    expect(breaches[0]?.message).toContain(
      'of hour 2020-01-01T00, and a digest before it was signed',
    );
  });

  it('missing: an object, with the digest that lists it', async () => {
    const [place = ''] = segments('a');
    trail.remove(place);
    expect((await trail.check()).breaches).toEqual([
      { kind: 'missing', place, message: `${digestListing(place)} lists it` },
    ]);
  });

  it('reordered: segments that a digest lists in another order', async () => {
    const place = digests('a').find((each) => read(each).segments.length > 1) ?? '';
    const digest = read(place);
    trail.write(place, signed({ ...digest, segments: digest.segments.toReversed() }));
    const kinds = (await trail.check()).breaches.map(({ kind }) => kind);
    expect(kinds).toContain('reordered');
  });

  it('not_joined: a trail that begins anew under a name that is known, as one whose volume was lost', async () => {
    using own = new TestDirectory();
    cpSync(directory.path, own.path, { recursive: true });
    const other = new StoredTrail(own.path);
    rmSync(join(own.path, 'a/spool'), { recursive: true });
    await other.live('a', { events: 2 });
    other.keep(['a', 'b']);
    const { breaches } = await other.check();
    expect(breaches).toContainEqual({
      kind: 'not_joined',
      place: expect.stringMatching(/^audit\/v1\/digests\/node=a\/000000000001/),
      message: expect.stringContaining('begins a new trail and does not name audit/v1/digests/'),
    });
  });

  it('changed: digests and objects of any size, which are not fetched', async () => {
    const [events = ''] = segments('b');
    const newest = digests('b').at(-1) ?? '';
    const tail = events.replace(/-(\d{12})([0-9a-f]{4})-/, '-000000000999$2-');
    const places = [events, newest, tail];
    for (const place of places) enlarge(place, 3 * GIB);
    const before = process.memoryUsage().rss;
    const { breaches } = await trail.check();
    expect(process.memoryUsage().rss - before).toBeLessThan(GIB / 2);
    for (const place of places) {
      expect(breaches).toContainEqual({
        kind: 'changed',
        place,
        message: expect.stringContaining(`${3 * GIB} bytes`),
      });
    }
  });

  it('changed: an object that no digest lists yet, whose events count for nothing', async () => {
    const newest = digests('a').at(-1) ?? '';
    const unlisted = read(newest).segments.map((one) => one.key);
    trail.remove(newest);
    for (const place of unlisted) trail.write(place, zstdCompressSync(Buffer.from('{}\n')));
    const { report, breaches, findings } = await trail.check();
    expect(breaches.map(({ kind }) => kind)).toEqual(unlisted.map(() => 'changed'));
    expect(findings.some(({ kind }) => kind === 'unproved')).toBe(false);
    expect(report.nodes[0]).toMatchObject({ node: 'a', unprovedEvents: 0 });
  });

  it('bad_signature: a digest of a later version that no trusted key signed', async () => {
    const place = digests('a').at(-1) ?? '';
    const bytes = trail.original(place).toString().replace('"1.0"', '"2.0"');
    trail.write(place, Buffer.from(bytes));
    expect((await trail.check()).breaches).toMatchObject([{ kind: 'bad_signature', place }]);
  });
});

describe('what makes no trail unsound is a note', () => {
  it('unshipped: an epoch that no digest closed', async () => {
    using own = new TestDirectory();
    const other = new StoredTrail(own.path);
    await other.live('a', { events: 3 });
    await other.live('a', { events: 3, crash: true });
    other.keep(['a']);
    const newest = other.keysOfObjects.findLast((each) => each.includes('/digests/')) ?? '';
    // The close behind the crash wrote it; a killed process would not have.
    if (parseDigest(other.original(newest))?.closing === true) other.remove(newest);
    const { report, findings } = await other.check();
    expect(report.isSound).toBe(true);
    expect(findings).toContainEqual({
      kind: 'unshipped',
      place: 'node a',
      message: expect.stringContaining('has no closing digest'),
    });
  });

  it('unproved: events that are newer than the last digest', async () => {
    const newest = digests('a').at(-1) ?? '';
    const count = read(newest).segments.reduce((sum, { events }) => sum + events, 0);
    expect(count).toBeGreaterThan(0);
    trail.remove(newest);
    const { report, findings } = await trail.check();
    expect(report.isSound).toBe(true);
    expect(findings.map(({ kind, place }) => [kind, place])).toEqual([
      ['unproved', 'node a'],
      ['unshipped', 'node a'],
    ]);
    const [node] = report.nodes;
    expect(node).toMatchObject({ node: 'a', events: 10 - count, unprovedEvents: count });
  });
});

it('events of an epoch without a digest are a note that says so: an outage may have held it back', async () => {
  const epoch = epochBehind(lastOf('a')[0], 1);
  const { key, body } = forgedBehind(lastOf('a'), { timestamp: now(), epoch });
  trail.write(key, body);
  const { report, findings } = await trail.check();
  expect(report.isSound).toBe(true);
  expect(findings).toEqual([
    {
      kind: 'unproved',
      place: 'node a',
      message: expect.stringContaining(`no digest of epoch ${epoch} is there`),
    },
  ]);
});

it('a digest of a later major version that a trusted key signed is for a newer release to check', async () => {
  const place = digests('a').at(-1) ?? '';
  const later = signed({ ...read(place), digest_version: '2.0' });
  trail.write(place, later);
  await expect(trail.check()).rejects.toMatchObject({
    code: 'STORAGE_REFUSED',
    message: `${place} has digest_version 2.0 and this release checks 1.x: a newer netscope checks it`,
  });
});

function now(): string {
  return new Date().toISOString();
}

function lastOf(node: string): readonly [string, Buffer] {
  const last = lastOfEpochs(trail.objects).findLast(([key]) => key.includes(`/events-${node}-`));
  if (last === undefined) throw new Error(`${node} wrote nothing`);
  return last;
}

function segments(node: string): readonly string[] {
  return trail.keysOfObjects.filter((each) => each.includes(`/events-${node}-`));
}

function digests(node: string): readonly string[] {
  return trail.keysOfObjects.filter((each) => each.includes(`/digests/node=${node}/`));
}

function digestListing(place: string): string {
  return digests('a').find((each) => read(each).segments.some((one) => one.key === place)) ?? '';
}

function read(place: string): AuditDigest {
  const digest = parseDigest(trail.original(place));
  if (digest === undefined) throw new Error(`${place} is no digest`);
  return digest;
}

/** By node a's own key, as one who has it can. */
function signed(digest: AuditDigest): Buffer {
  const { signature: _, key_id: __, ...facts } = digest;
  if (signer === undefined) throw new Error('there is no key');
  return signDigest(facts, signer);
}

/** Without a byte on the disk. */
function enlarge(place: string, bytes: number): void {
  mkdirSync(dirname(join(trail.store, place)), { recursive: true });
  writeFileSync(join(trail.store, place), '');
  truncateSync(join(trail.store, place), bytes);
}
