import {
  type BucketLifecycleConfiguration,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

import { CephCluster } from './ceph-cluster.ts';
import type { RgwAddress, RgwControl } from './rgw-control.ts';
import { type BucketOptions, makeBucket, testClient } from './s3-client.ts';

/** A real Ceph RGW, and what a test does with one. */
export class RealRgw implements AsyncDisposable {
  readonly address: RgwAddress;
  /** What NetScope's `region` is set to; RGW takes any. */
  readonly region = 'default';
  readonly #control: RgwControl;
  readonly #client: S3Client;

  constructor(address: RgwAddress, control: RgwControl) {
    this.address = address;
    this.#control = control;
    this.#client = testClient(address, this.region);
  }

  /** A private cluster; 7 to 20 s. Files that don't need their own use `sharedRgw`. @throws {Error} */
  static async start(): Promise<RealRgw> {
    const cluster = await CephCluster.start();
    return new RealRgw(cluster.address, cluster);
  }

  /** The same store as another user sees it, whom `admin` has made. */
  as(keys: Pick<RgwAddress, 'accessKeyId' | 'secretAccessKey'>): RealRgw {
    return new RealRgw({ ...this.address, ...keys }, this.#control);
  }

  async createBucket(bucket: string, options: BucketOptions = {}): Promise<void> {
    await makeBucket(this.#client, bucket, options);
  }

  /** All keys under a prefix, in the order of their bytes. */
  async listKeys(bucket: string, prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  async getObject(bucket: string, key: string): Promise<Buffer> {
    const answer = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (answer.Body === undefined) throw new Error(`${bucket}/${key} has no body`);
    return Buffer.from(await answer.Body.transformToByteArray());
  }

  /** User metadata by lower-case name. */
  async headObject(bucket: string, key: string): Promise<Readonly<Record<string, string>>> {
    const answer = await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return answer.Metadata ?? {};
  }

  async putObject(bucket: string, key: string, body: Uint8Array): Promise<void> {
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body });
    await this.#client.send(put);
  }

  async deleteObjects(bucket: string, keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += 1000) {
      const objects = keys.slice(from, from + 1000).map((key) => ({ Key: key }));
      const remove = { Bucket: bucket, Delete: { Objects: objects, Quiet: true } };
      await this.#client.send(new DeleteObjectsCommand(remove));
    }
  }

  /** @throws the store's error where a lock forbids it */
  async deleteVersion(bucket: string, key: string, versionId: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
    await this.#client.send(command);
  }

  /** Sets the end of a compliance lock. @throws the store's error where it would be shortened */
  async lockUntil(
    bucket: string,
    place: { readonly key: string; readonly versionId: string; readonly until: Date },
  ): Promise<void> {
    const { key: Key, versionId: VersionId, until: RetainUntilDate } = place;
    const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate };
    const command = new PutObjectRetentionCommand({ Bucket: bucket, Key, VersionId, Retention });
    await this.#client.send(command);
  }

  /** Sets lifecycle rules as JSON has them. @throws the store's error where it takes them not */
  async setLifecycle(bucket: string, rules: Readonly<Record<string, unknown>>): Promise<void> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store judges them
    const LifecycleConfiguration = rules as unknown as BucketLifecycleConfiguration;
    const set = { Bucket: bucket, LifecycleConfiguration };
    await this.#client.send(new PutBucketLifecycleConfigurationCommand(set));
  }

  /** Sets a bucket's policy. @throws the store's error where it takes it not */
  async setPolicy(bucket: string, policy: Readonly<Record<string, unknown>>): Promise<void> {
    const set = { Bucket: bucket, Policy: JSON.stringify(policy) };
    await this.#client.send(new PutBucketPolicyCommand(set));
  }

  /** Ends radosgw: connections are refused. The cluster lives on. */
  async stopRgw(): Promise<void> {
    await this.#control.stopRgw();
  }

  /** SIGKILL to radosgw. */
  async killRgw(): Promise<void> {
    await this.#control.killRgw();
  }

  /** Resolves when radosgw answers; 0.4 s. */
  async startRgw(): Promise<void> {
    await this.#control.startRgw();
  }

  /** SIGSTOP to radosgw: connections stay open and nobody answers. */
  async freezeRgw(): Promise<void> {
    await this.#control.freezeRgw();
  }

  /** SIGCONT to radosgw. */
  async thawRgw(): Promise<void> {
    await this.#control.thawRgw();
  }

  /** The store takes no read and no write: requests hang. */
  async pause(): Promise<void> {
    await this.#control.pause();
  }

  async unpause(): Promise<void> {
    await this.#control.unpause();
  }

  /** Runs `radosgw-admin`; resolves with what it prints. @throws {Error} */
  async admin(...args: readonly string[]): Promise<string> {
    return this.#control.admin(args);
  }

  /** Closes this object's connections; a shared cluster lives on. */
  disconnect(): void {
    this.#client.destroy();
  }

  /** Closes the connections, ends a private cluster and removes its data; a shared one lives on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
    await this.#control.stop();
  }
}
