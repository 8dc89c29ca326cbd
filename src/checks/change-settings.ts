import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';
import {
  getSettings,
  type SettingsChanges,
  type SettingsPlace,
  settingsChanges,
  type VersionedSettings,
} from './settings.ts';

/** What is given is set; null takes it back. */
type SettingsPatch = { readonly [K in keyof SettingsChanges]?: SettingsChanges[K] | null };

interface Change {
  readonly patch: SettingsPatch;
  readonly actor: Actor;
  /** As in `acme/shop`. */
  readonly target: string;
  /** Throws when what is there is not what the caller has seen. */
  readonly check: (current: VersionedSettings) => void;
}

/** @returns false when nothing is another than before */
export async function changeSettings(trx: Trx, place: SettingsPlace, change: Change): Promise<boolean> {
  const { patch, actor, target, check } = change;
  const { tenantId, repositoryId } = place;
  await sql`
    select pg_advisory_xact_lock(hashtext('shiplog check run settings'), hashtext(${String(tenantId)}))`.execute(trx);
  const current = await getSettings(trx, place);
  check(current);
  const { changes: before } = current;
  const merged = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null && value !== undefined);
  const after = settingsChanges.parse(Object.fromEntries(merged));
  if (textOf(before) === textOf(after)) return false;
  await sql`
    insert into check_run_settings (tenant_id, repository_id, version, settings)
    select ${tenantId}::bigint, ${repositoryId}::bigint, coalesce(max(version), 0) + 1, ${JSON.stringify(after)}::jsonb
    from check_run_settings where tenant_id = ${tenantId}`.execute(trx);
  await recordAudit(trx, { tenantId, actor, action: 'check_run_settings.change', target, before, after });
  return true;
}

/** In whatever order. */
function textOf(changes: SettingsChanges): string {
  return JSON.stringify(Object.entries(changes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The open heads with a check run that settings of a place concern. */
export async function listConcerned(trx: Trx, { tenantId, repositoryId }: SettingsPlace): Promise<CheckedHead[]> {
  const { rows } = await sql<{ repository_id: number; head_sha: string }>`
    select c.repository_id, c.head_sha from published_check_runs c
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = c.repository_id and p.number = c.number
      and p.head_sha = c.head_sha and p.state = 'open'
    where c.tenant_id = ${tenantId} and ${repositoryId}::bigint in (0, c.repository_id)`.execute(trx);
  return rows.map(({ repository_id, head_sha }) => ({ tenantId, repositoryId: repository_id, headSha: head_sha }));
}
