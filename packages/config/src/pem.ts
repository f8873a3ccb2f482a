import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What is wrong with a PEM text; never any of it. */
export interface PemFlaw {
  readonly found: string;
  readonly expected: string;
}

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[\s\S]*?-----END \1-----/g;
const CERTIFICATE_EXPECTED = 'certificates in PEM, each with -----BEGIN CERTIFICATE-----';
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;
const KEY_EXPECTED = 'a private key in PEM, with -----BEGIN ... KEY-----';

/** Why a text is not one or more certificates. */
export function certificateFlaw(text: string): PemFlaw | undefined {
  const blocks = blocksIn(text);
  if (blocks.length === 0) return { found: 'no certificate', expected: CERTIFICATE_EXPECTED };
  if (blocks.every(isCertificate)) return undefined;
  return { found: 'a certificate that cannot be read', expected: CERTIFICATE_EXPECTED };
}

/** Why a text is not a private key that can be used as it is. */
export function keyFlaw(text: string): PemFlaw | undefined {
  if (!text.includes('-----BEGIN ')) return { found: 'no private key', expected: KEY_EXPECTED };
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    return ENCRYPTED.test(text)
      ? {
          found: 'a private key with a passphrase',
          expected: 'one without: there is no key for it',
        }
      : { found: 'a private key that cannot be read', expected: KEY_EXPECTED };
  }
}

/** Whether a key is the one of the first certificate; both are sound. */
export function isPair(certificates: string, key: string): boolean {
  const [own = ''] = blocksIn(certificates);
  return new X509Certificate(own).checkPrivateKey(createPrivateKey(key));
}

function blocksIn(text: string): readonly string[] {
  return [...text.matchAll(CERTIFICATE)].map(([block]) => block);
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).serialNumber !== '';
  } catch {
    return false;
  }
}
