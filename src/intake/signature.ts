import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

const FORMAT = /^sha256=([0-9a-f]{64})$/;

/** @returns the digest that `X-Hub-Signature-256` names; undefined when it is absent or not of GitHub's form */
export function parseSignature(header: string | string[] | undefined): Buffer | undefined {
  const digest = typeof header === 'string' ? FORMAT.exec(header)?.[1] : undefined;
  return digest === undefined ? undefined : Buffer.from(digest, 'hex');
}

/** Tells whether a body was signed with one of the secrets. */
export type VerifySignature = (body: Buffer, signature: Buffer) => boolean;

export function createVerifySignature(secrets: readonly string[]): VerifySignature {
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'));
  return (body, signature) => {
    let valid = false;
    // Every secret is tried: the time taken tells nobody which one fits.
    for (const key of keys) {
      const expected = createHmac('sha256', key).update(body).digest();
      if (timingSafeEqual(expected, signature)) valid = true;
    }
    return valid;
  };
}
