import { createSecret } from './secret.ts';

/** `shp_`, the organization's id to the base of 36, and 256 bits. */
export function createTokenSecret(tenantId: number): string {
  return `shp_${tenantId.toString(36)}_${createSecret()}`;
}

/** The organization that a token says it is of: every query on tenants' data needs to know it. */
export function tenantOfToken(secret: string): number | undefined {
  const digits = /^shp_([0-9a-z]{1,10})_[\w-]{43}$/.exec(secret)?.[1];
  const tenantId = digits === undefined ? Number.NaN : Number.parseInt(digits, 36);
  return Number.isSafeInteger(tenantId) ? tenantId : undefined;
}
