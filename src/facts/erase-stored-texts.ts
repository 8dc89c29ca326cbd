import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { textColumns } from './erase-facts.ts';
import type { ErasedPerson } from './erase-stored.ts';
import { eraseFromText } from './erase-text.ts';

const texts: Readonly<Record<string, readonly string[]>> = {
  commits: ['message_headline'],
  pull_requests: ['title', 'body'],
  issues: ['title', 'body'],
  reported_incidents: ['title'],
};

/** Mentions and emails in what others wrote. */
export async function eraseStoredTexts(trx: Trx, person: ErasedPerson): Promise<void> {
  const needles = [
    ...person.emails,
    ...person.logins.map((login) => `@${login}`),
    ...person.logins.map((l) => `/${l}`),
  ];
  if (needles.length === 0) return;
  for (const [table, columns] of Object.entries(texts)) {
    for (const column of columns.filter((name) => textColumns.has(name))) {
      await eraseFromColumn(trx, person, { table, column, needles });
    }
  }
}

interface Column {
  readonly table: string;
  readonly column: string;
  readonly needles: readonly string[];
}

async function eraseFromColumn(trx: Trx, person: ErasedPerson, { table, column, needles }: Column): Promise<void> {
  const { tenantId, people } = person;
  const [name, text] = [sql.table(table), sql.ref(column)];
  const { rows } = await sql<{ text: string }>`
    select distinct ${text} as text from ${name}
    where tenant_id = ${tenantId} and lower(${text}) like any(${needles.map(likeOf)}::text[])`.execute(trx);
  for (const { text: before } of rows) {
    const after = eraseFromText(before, people);
    if (after === before) continue;
    await sql`update ${name} set ${text} = ${after} where tenant_id = ${tenantId} and ${text} = ${before}`.execute(trx);
  }
}

function likeOf(needle: string): string {
  return `%${needle.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}
