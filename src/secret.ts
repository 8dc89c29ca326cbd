import { createHash, randomBytes } from 'node:crypto';

/** 256 bits, as text that a URL and a header take as it is. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Of API tokens, invitations, and shares. */
type SecretPrefix = 'shp' | 'shi' | 'shs';

/** A secret that says whose it is, since every query on tenants' data names the tenant: its id to the base of 36. */
export function createTenantSecret(prefix: SecretPrefix, tenantId: number): string {
  return `${prefix}_${tenantId.toString(36)}_${createSecret()}`;
}

/** The tenant that a secret says it is of; whether it is one, the stored hashes tell. */
export function tenantOfSecret(prefix: SecretPrefix, secret: string): number | undefined {
  const [found, digits = ''] = /^(sh[pis])_([0-9a-z]{1,10})_[\w-]{43}$/.exec(secret)?.slice(1) ?? [];
  const tenantId = found === prefix ? Number.parseInt(digits, 36) : Number.NaN;
  return Number.isSafeInteger(tenantId) ? tenantId : undefined;
}

/** What is stored of a secret. It has 256 bits, so no slow hash is needed, and an index finds it. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
