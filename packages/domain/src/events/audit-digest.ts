import { z } from 'zod';

import { timestampSchema } from './wire-parts.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const epochSchema = z.string().regex(/^\d{12}[0-9a-f]{4}$/);
const seqSchema = z.int().min(1);

const digestSegmentSchema = z.object({
  key: z.string().min(1).describe('Key of the object'),
  epoch: epochSchema,
  first_seq: seqSchema,
  last_seq: seqSchema,
  events: seqSchema,
  bytes: seqSchema.describe('Of the lines, newlines included'),
  object_bytes: seqSchema.describe('Of the object'),
  sha256: sha256Schema.describe('SHA-256 of the object'),
  root: sha256Schema.describe('Merkle root over the SHA-256 of its lines'),
  head: sha256Schema.describe('SHA-256 of its last line: what the next line carries as `prev`'),
});

const rotationSchema = z.object({
  from: z.string().min(1).describe('Id of the key that signed the digest before'),
  public_key: z.string().min(1).describe('The new key: SubjectPublicKeyInfo, DER, base64'),
  signature: z.string().min(1).describe('By the old key, base64'),
});

/**
 * What a node signs of its trail: the segments since the digest before, and that one's hash. The
 * signature is the last field, over every byte before it.
 */
export const auditDigestSchema = z.object({
  digest_version: z.string().regex(/^\d+\.\d+$/),
  node: z.string().min(1),
  service: z.string().min(1),
  epoch: epochSchema.describe('The life of the spool that wrote this'),
  number: seqSchema.describe('Counts the digests of the epoch'),
  timestamp: timestampSchema,
  closing: z.boolean().describe('The last of its epoch: nothing is behind what is listed'),
  previous: z
    .object({ key: z.string().min(1), sha256: sha256Schema })
    .optional()
    .describe('The digest before, of this epoch or a former one; absent in the first of a node'),
  segments: z.array(digestSegmentSchema),
  position: z
    .object({ epoch: epochSchema, seq: seqSchema, head: sha256Schema })
    .optional()
    .describe(
      'Where the chain stands behind all that was listed until now; absent before the first',
    ),
  key_id: z.string().min(1),
  rotation: rotationSchema.optional(),
  signature: z.string().min(1).describe('Ed25519, base64'),
});

export type AuditDigest = z.infer<typeof auditDigestSchema>;

export type AuditDigestSegment = z.infer<typeof digestSegmentSchema>;
