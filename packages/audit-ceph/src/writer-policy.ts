/**
 * The least that a gateway's own user needs on its bucket, as a bucket policy: put and read, and
 * neither delete nor touch a lock.
 */
export function writerPolicy(bucket: string, user: string): Readonly<Record<string, unknown>> {
  const Principal = { AWS: [`arn:aws:iam:::user/${user}`] };
  const objects = `arn:aws:s3:::${bucket}/*`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'WriteAndRead',
        Effect: 'Allow',
        Principal,
        Action: ['s3:PutObject', 's3:GetObject'],
        Resource: [objects],
      },
      {
        Sid: 'LookAtTheBucket',
        Effect: 'Allow',
        Principal,
        Action: ['s3:ListBucket', 's3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration'],
        Resource: [`arn:aws:s3:::${bucket}`],
      },
      {
        Sid: 'NeitherDeleteNorShorten',
        Effect: 'Deny',
        Principal,
        Action: [
          's3:DeleteObject',
          's3:DeleteObjectVersion',
          's3:PutObjectRetention',
          's3:BypassGovernanceRetention',
        ],
        Resource: [objects],
      },
    ],
  };
}
