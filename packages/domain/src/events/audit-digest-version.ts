/** Version of the digest schema: within a major version fields are only added. */
export const AUDIT_DIGEST_VERSION = '1.0';
