import { generateKeyPairSync } from 'node:crypto';

/** The private key of a GitHub App that nobody else has. */
export const appPrivateKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;
