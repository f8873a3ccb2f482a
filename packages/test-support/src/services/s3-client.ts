import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const REQUEST_TIMEOUT_MS = 30_000;

/** Where a store is, and who asks. */
export interface S3Address {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface BucketOptions {
  /** Every put of a key keeps the older ones. Default: false. */
  readonly versioned?: boolean;
  /** Object Lock can only be chosen here; it makes the bucket versioned. Default: false. */
  readonly objectLock?: boolean;
}

/** A client for what tests do to a store behind the gateway's back. */
export function testClient(address: S3Address, region: string): S3Client {
  const { endpoint, accessKeyId, secretAccessKey } = address;
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
}

/** Makes a bucket. @throws the store's error */
export async function makeBucket(
  client: S3Client,
  bucket: string,
  options: BucketOptions,
): Promise<void> {
  const lock = { ObjectLockEnabledForBucket: options.objectLock ?? false };
  await client.send(new CreateBucketCommand({ Bucket: bucket, ...lock }));
  if (options.versioned !== true) return;
  const versioning = { VersioningConfiguration: { Status: 'Enabled' as const } };
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, ...versioning }));
}
