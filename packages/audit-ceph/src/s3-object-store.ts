import { hash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { ObjectHead, ObjectToPut } from '@netscope/domain';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import type {
  KeyRange,
  Metadata,
  StoredObject,
  StoredVersion,
  TrailStore,
  VersionPlace,
} from './reader/trail-store.ts';
import {
  asStorageError,
  faultName,
  isExisting,
  isNotFound,
  noBucket,
  refused,
} from './s3-failure.ts';
import type { LockRule, S3ObjectStoreOptions } from './s3-store-options.ts';
import type { ProbedObjectStore } from './sink-options.ts';

const LOCK_MODE = { compliance: 'COMPLIANCE', governance: 'GOVERNANCE' } as const;
const CONNECT_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 20_000;
const SOCKETS_MAX = 4;
/** The second attempt is signed with the store's own time, which heals a skewed clock. */
const ATTEMPTS_MAX = 2;

/**
 * Objects in one bucket of Ceph RGW, or of S3. It relies on what RGW does and not on what S3
 * documents: MD5 is enforced and other checksums are not looked at, a put that timed out may land
 * later, and a 403 may be anything from a quota to a skewed clock, so no refusal is for good.
 */
export class S3ObjectStore implements ProbedObjectStore, TrailStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  /** Keys of puts whose end is not known: they may have landed, or still land. */
  readonly #uncertainKeys = new Set<string>();

  constructor(options: S3ObjectStoreOptions) {
    this.#bucket = options.bucket;
    this.#client = createClient(options);
  }

  /** @throws {StorageError} with `details.reason` in one word; never for a put that has landed. */
  async put(object: ObjectToPut, signal: AbortSignal): Promise<void> {
    const md5 = object.digests?.md5 ?? hash('md5', object.body, 'hex');
    if (this.#uncertainKeys.has(object.key) && (await this.#holds(object.key, md5, signal))) return;
    try {
      const etag = await this.#send(object, md5, signal);
      if (etag !== md5) throw refused('etag_mismatch', 'the store acknowledged other bytes');
      this.#uncertainKeys.delete(object.key);
    } catch (error) {
      this.#uncertainKeys.add(object.key);
      if (!isExisting(error)) throw asStorageError('put', error);
      // Somebody's earlier put of this key has landed; only the same bytes make it ours.
      if (!(await this.#holds(object.key, md5, signal))) {
        throw refused('conflict', 'the key holds another object');
      }
    }
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    return this.#head({ key, versionId: undefined }, signal);
  }

  async get(key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#ask('get', async () => {
      const answer = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key }),
        { abortSignal: signal },
      );
      return answer.Body?.transformToByteArray();
    });
  }

  async *list(range: KeyRange, signal: AbortSignal): AsyncIterable<string> {
    let token: string | undefined;
    do {
      // Each page names the next.
      // oxlint-disable-next-line no-await-in-loop
      const page = await this.#page(range, token, signal);
      for (const { Key: key } of page?.Contents ?? []) if (key !== undefined) yield key;
      token = page?.NextContinuationToken;
    } while (token !== undefined);
  }

  async probe(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>> {
    const Bucket = this.#bucket;
    const options = { abortSignal: signal };
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket }), options);
    } catch (error) {
      throw isNotFound(error) ? noBucket(error) : asStorageError('probe', error);
    }
    const versioning = await this.#ask('probe', async () =>
      this.#client.send(new GetBucketVersioningCommand({ Bucket }), options),
    );
    const lock = await this.#ask('probe', async () =>
      this.#client.send(new GetObjectLockConfigurationCommand({ Bucket }), options),
    );
    const versioned = versioning?.Status === 'Enabled';
    const objectLock = lock?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
    return {
      bucket: true,
      versioned,
      object_lock: objectLock,
      // Measured: `If-None-Match` is atomic on a plain bucket and ignored on the others.
      conditional_put: !versioned && !objectLock,
    };
  }

  async *versions({ prefix, after }: KeyRange, signal: AbortSignal): AsyncIterable<StoredVersion> {
    let marker: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined =
      after === undefined ? {} : { KeyMarker: after };
    while (marker !== undefined) {
      const command = new ListObjectVersionsCommand({
        Bucket: this.#bucket,
        Prefix: prefix,
        ...marker,
      });
      // oxlint-disable-next-line no-await-in-loop -- each page names the next
      const page = await this.#ask('list', async () =>
        this.#client.send(command, { abortSignal: signal }),
      );
      yield* pageVersions(page);
      marker = nextMarker(page);
    }
  }

  async read(version: VersionPlace, signal: AbortSignal): Promise<StoredObject | undefined> {
    const command = new GetObjectCommand(this.#placeOf(version));
    return this.#ask(`get ${version.key}`, async () => {
      const answer = await this.#client.send(command, { abortSignal: signal });
      const body = await answer.Body?.transformToByteArray();
      const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = answer;
      const isLocked = mode !== undefined && until !== undefined;
      const lock = isLocked ? { mode: mode.toLowerCase(), untilMs: until.getTime() } : undefined;
      return { body: body ?? new Uint8Array(), lock };
    });
  }

  async metadata(version: VersionPlace, signal: AbortSignal): Promise<Metadata | undefined> {
    return (await this.#head(version, signal))?.metadata;
  }

  /**
   * Makes the bucket, versioned and with a lock on every object; of one that is there and was made
   * for locks, sets the lock of objects to come.
   * @throws {StorageError}
   */
  async createLocked({ mode, days }: LockRule, signal: AbortSignal): Promise<void> {
    const Bucket = this.#bucket;
    const DefaultRetention = { Mode: LOCK_MODE[mode], Days: days };
    const lock = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } } as const;
    const create = new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true });
    const rule = new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: lock });
    try {
      await this.#client.send(create, { abortSignal: signal });
      await this.#client.send(rule, { abortSignal: signal });
    } catch (error) {
      throw asStorageError('init-bucket', error);
    }
  }

  /** Whether the bucket locks what is put by a rule of its own. */
  async locksObjects(signal: AbortSignal): Promise<boolean> {
    const Bucket = this.#bucket;
    const lock = await this.#ask('probe', async () =>
      this.#client.send(new GetObjectLockConfigurationCommand({ Bucket }), { abortSignal: signal }),
    );
    return lock?.ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined;
  }

  /** How far the store's clock was ahead of this machine's when it last answered, ms. */
  get clockOffsetMs(): number {
    return this.#client.config.systemClockOffset;
  }

  /** Closes the kept connections. */
  close(): void {
    this.#client.destroy();
  }

  async #head(version: VersionPlace, signal: AbortSignal): Promise<ObjectHead | undefined> {
    const command = new HeadObjectCommand(this.#placeOf(version));
    const answer = await this.#ask('head', async () =>
      this.#client.send(command, { abortSignal: signal }),
    );
    if (answer === undefined) return undefined;
    return {
      key: version.key,
      bytes: answer.ContentLength ?? 0,
      etag: plainEtag(answer.ETag),
      metadata: answer.Metadata ?? {},
    };
  }

  #placeOf({ key, versionId }: VersionPlace) {
    const place = { Bucket: this.#bucket, Key: key };
    return versionId === undefined ? place : { ...place, VersionId: versionId };
  }

  async #send({ key, body, metadata, digests }: ObjectToPut, md5: string, signal: AbortSignal) {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: asBuffer(body),
      ContentLength: body.length,
      ContentMD5: Buffer.from(md5, 'hex').toString('base64'),
      ContentType: 'application/octet-stream',
      IfNoneMatch: '*',
      Metadata: { ...metadata },
    });
    if (digests !== undefined) presign(command, digests.sha256);
    const answer = await this.#client.send(command, { abortSignal: signal });
    return plainEtag(answer.ETag);
  }

  /** Whether the key holds these very bytes. */
  async #holds(key: string, md5: string, signal: AbortSignal): Promise<boolean> {
    const head = await this.head(key, signal);
    const isSame = head?.etag === md5;
    if (isSame) this.#uncertainKeys.delete(key);
    return isSame;
  }

  async #page({ prefix, after }: KeyRange, token: string | undefined, signal: AbortSignal) {
    return this.#ask('list', async () =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          ...(after === undefined ? {} : { StartAfter: after }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
        { abortSignal: signal },
      ),
    );
  }

  /** `undefined` where there is no such thing; the bucket itself must be there. */
  async #ask<T>(operation: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isNotFound(error) && faultName(error) !== 'NoSuchBucket') return undefined;
      throw asStorageError(operation, error);
    }
  }
}

type VersionsPage = ListObjectVersionsCommandOutput | undefined;

/** Newest first for each key, delete markers in their place among the versions. */
function pageVersions(page: VersionsPage): readonly StoredVersion[] {
  const versions = (page?.Versions ?? []).map((version) => ({
    ...placeOf(version),
    isDeleteMarker: false,
    bytes: version.Size,
    etag: plainEtag(version.ETag),
  }));
  const markers = (page?.DeleteMarkers ?? []).map((marker) => ({
    ...placeOf(marker),
    isDeleteMarker: true,
    bytes: undefined,
    etag: undefined,
  }));
  return [...versions, ...markers].toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function placeOf(version: {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
}): Pick<StoredVersion, 'key' | 'versionId' | 'isLatest'> {
  const { Key: key = '', VersionId: versionId, IsLatest: isLatest = true } = version;
  return { key, versionId: versionId === 'null' ? undefined : versionId, isLatest };
}

function nextMarker(page: VersionsPage) {
  if (page?.IsTruncated !== true || page.NextKeyMarker === undefined) return undefined;
  const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
  return VersionIdMarker === undefined ? { KeyMarker } : { KeyMarker, VersionIdMarker };
}

/** One that has expired is asked for again before the next request; the SDK uses it all the same. */
// oxlint-disable-next-line no-restricted-globals -- no look at the clock: a time that is past
const ASKED_ANEW = { expiration: new Date(0) };

function credentialsOf(options: S3ObjectStoreOptions): Pick<S3ClientConfig, 'credentials'> {
  const { accessKeyId, secretAccessKey, credentials } = options;
  if (credentials !== undefined) {
    return { credentials: async () => ({ ...(await credentials()), ...ASKED_ANEW }) };
  }
  return accessKeyId === '' ? {} : { credentials: { accessKeyId, secretAccessKey } };
}

function createClient(options: S3ObjectStoreOptions): S3Client {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  return new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    ...credentialsOf(options),
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // The one above ends with the head of an answer: its body may stop too.
      socketTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  });
}

/** The signature takes a hash that is there already and does not hash the body again. */
function presign(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'headers' in request) {
        Object.assign(request.headers ?? {}, { 'x-amz-content-sha256': sha256 });
      }
      return next(args);
    },
    { step: 'build', name: 'netscopeContentSha256' },
  );
}

function asBuffer(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function plainEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '').toLowerCase();
}
