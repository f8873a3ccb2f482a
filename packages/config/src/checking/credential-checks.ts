import type { Settings } from '../schema/settings-schema.ts';
import type { Check, Finding } from './finding.ts';

/** A kind of authentication needs its own keys. */
export const CREDENTIAL_CHECKS: readonly Check[] = [saslKeys, apiAuthKeys, hashKey, encryptionKeys];

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function saslKeys({ source }: Settings): readonly Finding[] {
  const { sasl } = source.kafka;
  if (source.kind !== 'kafka' || sasl.mechanism === 'none') return [];
  const at = ['source', 'kafka', 'sasl'];
  const why = `needed by mechanism ${sasl.mechanism}`;
  if (sasl.mechanism === 'oauthbearer') {
    return missing(at, why, {
      token_url: sasl.token_url,
      client_id: sasl.client_id,
      client_secret_file: sasl.client_secret_file ?? sasl.client_secret,
    });
  }
  return missing(at, why, {
    username: sasl.username,
    password: sasl.password_file ?? sasl.password,
  });
}

function apiAuthKeys({ http }: Settings): readonly Finding[] {
  const { auth } = http;
  const at = ['http', 'auth'];
  if (auth.kind === 'jwt') {
    return missing(at, 'needed by kind jwt', {
      issuer: auth.issuer,
      audience: auth.audience,
      jwks_url: auth.jwks_url ?? auth.jwks_file,
    });
  }
  if (auth.kind !== 'static') return [];
  return missing(at, 'needed by kind static', { tokens: auth.tokens });
}

function hashKey({ audit }: Settings): readonly Finding[] {
  if (audit.hash.kind !== 'hmac') return [];
  return missing(['audit', 'hash'], 'needed by kind hmac', { key_file: audit.hash.key_file });
}

const DATE_MARK = '{date}';

/** A date elsewhere would make a new folder each day, which nobody mounts. */
function encryptionKeys({ audit }: Settings): readonly Finding[] {
  return audit.encryption.key_files.flatMap((file, index) => {
    const [, ...marked] = file.split(DATE_MARK);
    const isInName = marked.every((rest) => !/[/\\]/.test(rest));
    if (marked.length <= 1 && isInName) return [];
    const expected = `${DATE_MARK} at most once, and in the name of the file`;
    return [{ path: ['audit', 'encryption', 'key_files', String(index)], expected }];
  });
}

function missing(
  at: readonly string[],
  why: string,
  keys: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  return Object.entries(keys)
    .filter(([, value]) => !isGiven(value))
    .map(([key]) => ({ path: [...at, key], expected: `a value: it is ${why}` }));
}
