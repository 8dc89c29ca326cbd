import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import type { LogoImage, LogoType } from './logo-image.ts';

export interface Branding {
  readonly name: string | null;
  readonly primary_color: string | null;
  readonly secondary_color: string | null;
  readonly logo: { readonly type: LogoType; readonly width: number | null; readonly height: number | null } | null;
  /** 0: nothing was ever set. */
  readonly version: number;
}

type BrandingFields = Pick<Branding, 'name' | 'primary_color' | 'secondary_color'>;
/** What is given is set; null takes it back. */
type BrandingPatch = { readonly [K in keyof BrandingFields]?: BrandingFields[K] | undefined };

interface BrandingRow extends BrandingFields {
  readonly logo_type: LogoType | null;
  readonly logo_width: number | null;
  readonly logo_height: number | null;
  readonly version: number;
}

export async function getBranding(trx: Trx, tenantId: number): Promise<Branding> {
  const { rows } = await sql<BrandingRow>`
    select name, primary_color, secondary_color, logo_type, logo_width, logo_height, version
    from branding where tenant_id = ${tenantId}`.execute(trx);
  const [row] = rows;
  if (!row) return { name: null, primary_color: null, secondary_color: null, logo: null, version: 0 };
  const { logo_type: type, logo_width: width, logo_height: height, ...fields } = row;
  return { ...fields, logo: type && { type, width, height } };
}

interface Change {
  readonly actor: Actor;
  /** The organization's login. */
  readonly target: string;
  /** Throws when what is there is not what the caller has seen. */
  readonly check: (current: Branding) => void;
}

export async function changeBranding(
  trx: Trx,
  tenantId: number,
  { fields, ...change }: Change & { readonly fields: BrandingPatch },
): Promise<void> {
  await save(trx, tenantId, { ...change, action: 'branding.change', changes: fields });
}

/** @param logo null: none any more */
export async function setLogo(
  trx: Trx,
  tenantId: number,
  { logo, ...change }: Change & { readonly logo: LogoImage | null },
): Promise<void> {
  const changes = {
    logo: logo && logo.bytes,
    logo_type: logo && logo.type,
    logo_width: logo?.size?.width ?? null,
    logo_height: logo?.size?.height ?? null,
  };
  await save(trx, tenantId, { ...change, action: logo ? 'branding.set_logo' : 'branding.remove_logo', changes });
}

interface Saved extends Change {
  readonly action: string;
  readonly changes: Readonly<Record<string, unknown>>;
}

async function save(trx: Trx, tenantId: number, { actor, target, check, action, changes }: Saved): Promise<void> {
  await lockBranding(trx, tenantId);
  const before = await getBranding(trx, tenantId);
  check(before);
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const columns = given.map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  if (columns.length === 0) return;
  await sql`
    update branding set ${sql.join(columns)}, version = version + 1, saved_at = now()
    where tenant_id = ${tenantId}`.execute(trx);
  await recordAudit(trx, { tenantId, actor, action, target, before, after: await getBranding(trx, tenantId) });
}

/** Whoever changes it, or the domain, does so one at a time. */
export async function lockBranding(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    insert into branding (tenant_id, version) values (${tenantId}, 0) on conflict (tenant_id) do nothing`.execute(trx);
  await sql`select from branding where tenant_id = ${tenantId} for update`.execute(trx);
}

/** What belongs to it has changed: whoever has read it before does not know. @param trx with it locked */
export async function touchBranding(trx: Trx, tenantId: number): Promise<void> {
  await sql`update branding set version = version + 1 where tenant_id = ${tenantId}`.execute(trx);
}

export interface StoredLogo {
  readonly type: LogoType;
  readonly bytes: Buffer;
}

export async function findLogo(trx: Trx, tenantId: number): Promise<StoredLogo | undefined> {
  const { rows } = await sql<StoredLogo>`
    select logo_type as type, logo as bytes from branding
    where tenant_id = ${tenantId} and logo is not null`.execute(trx);
  return rows[0];
}
