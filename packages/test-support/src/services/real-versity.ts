import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import { waitUntil } from '../wait-until.ts';
import { freePort } from './free-port.ts';
import { OwnedProcess } from './owned-process.ts';
import { type BucketOptions, makeBucket, type S3Address, testClient } from './s3-client.ts';
import { versityBinary } from './versity-binary.ts';

/** A real S3 server that shares nothing with Ceph: versitygw on a folder, versions and locks included. */
export class RealVersity implements AsyncDisposable {
  readonly address: S3Address;
  readonly region = 'us-east-1';
  readonly #folder: string;
  readonly #server: OwnedProcess;
  readonly #client: S3Client;

  private constructor(facts: {
    readonly address: S3Address;
    readonly folder: string;
    readonly server: OwnedProcess;
  }) {
    this.address = facts.address;
    this.#folder = facts.folder;
    this.#server = facts.server;
    this.#client = testClient(facts.address, this.region);
  }

  /** Under a second. @throws {Error} where it is not there: ask `isMissing('versitygw')` first. */
  static async start(): Promise<RealVersity> {
    const program = versityBinary();
    if (program === undefined) throw new Error('versitygw was not built');
    const folder = await mkdtemp(path.join(tmpdir(), 'netscope-versity-'));
    const [objects, versions] = [path.join(folder, 'objects'), path.join(folder, 'versions')];
    await Promise.all([mkdir(objects), mkdir(versions)]);
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const secretAccessKey = randomBytes(20).toString('hex');
    const address = { endpoint, accessKeyId: 'NETSCOPETEST', secretAccessKey };
    const server = await OwnedProcess.start({
      program,
      args: ['--port', `127.0.0.1:${port}`, 'posix', '--versioning-dir', versions, objects],
      env: { ROOT_ACCESS_KEY: address.accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
      logFile: path.join(folder, 'server.log'),
    });
    // Any answer will do: it is refused without a signature.
    const answers = async (): Promise<boolean> => (await fetch(endpoint)).status > 0;
    await waitUntil(answers, { what: 'versitygw to answer', timeoutMs: 30_000 });
    return new RealVersity({ address, folder, server });
  }

  async createBucket(bucket: string, options: BucketOptions = {}): Promise<void> {
    await makeBucket(this.#client, bucket, options);
  }

  async putObject(bucket: string, key: string, body: Uint8Array): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  /** Ends it and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
