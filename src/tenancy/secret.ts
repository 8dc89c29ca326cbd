import { createHash, randomBytes } from 'node:crypto';

/** 256 bits, as text that a URL and a header take as it is. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret. It has 256 bits, so no slow hash is needed, and an index finds it. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
