import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { InvalidPayloadError } from '../errors.ts';
import { type Actor, recordAudit } from './audit-log.ts';

/** Whom a team is led by. */
interface Lead {
  readonly id: number;
  readonly login: string | null;
}

interface Change {
  readonly team: { readonly team_id: number; readonly slug: string };
  readonly before: Lead | null;
  /** A login in any case, or GitHub's id; null: nobody. */
  readonly lead: string | null;
  readonly actor: Actor;
}

/** @throws InvalidPayloadError when nobody here is known by the name */
export async function setTeamLead(trx: Trx, tenantId: number, { team, before, lead, actor }: Change): Promise<void> {
  const after = lead === null ? null : await getLead(trx, tenantId, lead);
  if (after?.id === before?.id) return;
  await sql`
    update teams set lead_id = ${after?.id ?? null}
    where tenant_id = ${tenantId} and team_id = ${team.team_id}`.execute(trx);
  const entry = { tenantId, actor, action: 'team.change', target: `team ${team.slug}` };
  await recordAudit(trx, { ...entry, before: { lead: nameOf(before) }, after: { lead: nameOf(after) } });
}

async function getLead(trx: Trx, tenantId: number, name: string): Promise<Lead> {
  const { rows } = await sql<Lead>`
    select contributor_id as id, login from contributors
    where tenant_id = ${tenantId} and contributor_id > 0 and type = 'User'
      and (lower(login) = lower(${name}) or contributor_id::text = ${name})
    order by lower(login) = lower(${name}) desc nulls last, observed_at desc limit 1`.execute(trx);
  if (!rows[0]) throw new InvalidPayloadError(`\`lead\`: nobody here is known as "${name}".`);
  return rows[0];
}

function nameOf(lead: Lead | null): string | number | null {
  return lead && (lead.login ?? lead.id);
}
