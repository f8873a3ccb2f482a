import { type AuditDigest, auditDigestSchema } from '@netscope/domain';

/** What a digest's bytes say, whoever signed them; `undefined` where they are not a digest. */
export function parseDigest(bytes: Buffer): AuditDigest | undefined {
  try {
    const result = auditDigestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
