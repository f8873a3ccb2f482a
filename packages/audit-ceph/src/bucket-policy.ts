/** Users by name, as RGW has them. */
export interface TrailUsers {
  /** The gateway's own. */
  readonly writer: string;
  /** Who reads the trail back and checks it. */
  readonly reader: string;
}

/**
 * The least rights on a bucket, as its policy: the gateway's user puts and reads, and neither deletes
 * nor touches a lock; another reads all versions. On RGW an object belongs to who put it, and not even
 * the bucket's owner may read it without being named.
 */
export function bucketPolicy(
  bucket: string,
  { writer, reader }: TrailUsers,
): Readonly<Record<string, unknown>> {
  const [whole, objects] = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  return {
    Version: '2012-10-17',
    Statement: [
      allowed('WriteAndRead', writer, { to: ['s3:PutObject', 's3:GetObject'], of: objects }),
      allowed('LookAtTheBucket', writer, { to: ['s3:ListBucket', ...LOOKING], of: whole }),
      {
        ...allowed('NeitherDeleteNorShorten', writer, { to: CHANGING, of: objects }),
        Effect: 'Deny',
      },
      allowed('ReadEveryVersion', reader, { to: READING, of: objects }),
      allowed('ListEveryVersion', reader, { to: [...LISTING, ...LOOKING], of: whole }),
    ],
  };
}

const LOOKING = ['s3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration'];
const LISTING = ['s3:ListBucket', 's3:ListBucketVersions'];
const READING = ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention'];
const CHANGING = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObjectRetention',
  's3:BypassGovernanceRetention',
];

function allowed(
  Sid: string,
  user: string,
  { to, of }: { readonly to: readonly string[]; readonly of: string },
) {
  const Principal = { AWS: [`arn:aws:iam:::user/${user}`] };
  return { Sid, Effect: 'Allow', Principal, Action: to, Resource: [of] };
}
