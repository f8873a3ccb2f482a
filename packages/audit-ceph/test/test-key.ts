import { generateKeyPairSync } from 'node:crypto';

/** A fresh Ed25519 private key in PEM. */
export function testKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
