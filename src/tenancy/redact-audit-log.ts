import { sql } from 'kysely';
import { enterTenant, leaveTenant, nameTenant, type Trx } from '../../db/tenant.ts';

interface Redaction {
  /** Logins and names. */
  readonly words: readonly string[];
  readonly replacement: string;
}

interface Entry {
  readonly entry_id: number;
  readonly actor: string;
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Takes a person out of a tenant's entries. Their hashes stay, and with them the chain; what can not be computed anew is
 * whether they said what they say now, so whoever does this writes the numbers that it returns into a later entry.
 * @param trx in the tenant's role, and so again afterwards
 */
export async function redactAuditLog(trx: Trx, tenantId: number, redaction: Redaction): Promise<readonly number[]> {
  const entries = await findEntries(trx, tenantId, redaction);
  const changed = entries.map((entry) => [entry, redact(entry, redaction)] as const).filter(([a, b]) => !isSame(a, b));
  if (changed.length === 0) return [];
  await leaveTenant(trx);
  await nameTenant(trx, tenantId);
  for (const [{ actor: before }, { entry_id: id, actor, target, ...entry }] of changed) {
    const own = before !== actor;
    await sql`
      update audit_log set actor = ${actor}, target = ${target}, before = ${jsonOf(entry.before)}::jsonb,
        after = ${jsonOf(entry.after)}::jsonb, salt = null,
        address = case when ${own} then null else address end, user_agent = case when ${own} then null else user_agent end
      where tenant_id = ${tenantId} and entry_id = ${id}`.execute(trx);
  }
  await enterTenant(trx, tenantId);
  return changed.map(([{ entry_id: id }]) => id);
}

async function findEntries(trx: Trx, tenantId: number, { words }: Redaction): Promise<readonly Entry[]> {
  const needles = words.map((word) => `%${word.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`);
  const { rows } = await sql<Entry>`
    select entry_id, actor, target, before, after from audit_log
    where tenant_id = ${tenantId} and lower(concat_ws(' ', actor, target, before, after)) like any(${needles}::text[])
    order by entry_id`.execute(trx);
  return rows;
}

function redact(entry: Entry, { words, replacement }: Redaction): Entry {
  const alternatives = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  // A whole word, and not a repository's name, which comes after a slash.
  const theirs = new RegExp(`(?<![\\p{L}\\d/-])(?:${alternatives})(?![\\p{L}\\d-])`, 'giu');
  const { entry_id, actor, target, before, after } = entry;
  const inText = (text: string) => text.replace(theirs, replacement);
  return {
    entry_id,
    actor: inText(actor),
    target: inText(target),
    before: inEach(before, inText),
    after: inEach(after, inText),
  };
}

function inEach(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => inEach(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inEach(item, change)]));
}

function isSame(a: Entry, b: Entry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
