import { type Kysely, sql } from 'kysely';

// No trigger: a distributed table may have none. The application's role writes both tables in one transaction, and
// neither changes nor removes an entry.
const createChains = `
create table audit_chains (
  tenant_id bigint primary key,
  entry_id bigint not null default 0,
  hash bytea not null default '',
  pruned_to bigint not null default 0,
  pruned_hash bytea not null default '',
  pruned_at timestamptz
);
comment on table audit_chains is 'Where the audit log of each tenant ends, and where it begins since its oldest entries were pruned.';
comment on column audit_chains.entry_id is 'Of the last entry; 0: there is none yet.';
comment on column audit_chains.pruned_hash is 'Of the entry pruned_to, which the oldest one that is left goes on from.';
`;

const contentHash = `
create function audit_content_hash(
  salt uuid, tenant_id bigint, entry_id bigint, at timestamptz, actor text, action text, target text,
  before jsonb, after jsonb, address text, user_agent text
) returns bytea language sql stable parallel safe as $$
  select sha256(convert_to(jsonb_build_array(
    salt, tenant_id, entry_id, (extract(epoch from at) * 1000000)::bigint, actor, action, target, before, after, address,
    user_agent)::text, 'UTF8'))
$$;
comment on function audit_content_hash is
  'What an entry says, as SHA-256 over a JSON array as jsonb writes it; times in microseconds since 1970.';
`;

const addHashes = `
alter table audit_log
  alter column entry_id drop identity,
  add column salt uuid default gen_random_uuid(),
  add column content_hash bytea,
  add column previous_hash bytea,
  add column hash bytea;
comment on column audit_log.entry_id is 'Its number in the tenant''s log, from 1 on, without a gap.';
comment on column audit_log.salt is 'Keeps content_hash from being guessed; null: a person was erased from the entry, which a later one says.';
comment on column audit_log.hash is 'SHA-256 of previous_hash and content_hash.';
`;

/** What is there already, in the order in which it came. */
const chainEntries = `
do $$
declare
  entry record;
  last audit_chains;
begin
  for entry in select l.tenant_id, l.entry_id from audit_log l order by l.tenant_id, l.entry_id loop
    insert into audit_chains (tenant_id) values (entry.tenant_id) on conflict do nothing;
    select * into last from audit_chains c where c.tenant_id = entry.tenant_id;
    update audit_log l set entry_id = last.entry_id + 1, previous_hash = last.hash,
      content_hash = audit_content_hash(l.salt, l.tenant_id, last.entry_id + 1, l.at, l.actor, l.action, l.target,
        l.before, l.after, l.address, l.user_agent)
      where l.tenant_id = entry.tenant_id and l.entry_id = entry.entry_id;
    update audit_log l set hash = sha256(l.previous_hash || l.content_hash)
      where l.tenant_id = entry.tenant_id and l.entry_id = last.entry_id + 1;
    update audit_chains c set entry_id = l.entry_id, hash = l.hash from audit_log l
      where c.tenant_id = entry.tenant_id and l.tenant_id = entry.tenant_id and l.entry_id = last.entry_id + 1;
  end loop;
end $$;
alter table audit_log
  alter column content_hash set not null, alter column previous_hash set not null, alter column hash set not null;
create index audit_log_at on audit_log (tenant_id, at);
`;

const ownRows = `tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint`;

const policies = `
alter table audit_chains enable row level security;
alter table audit_chains force row level security;
create policy tenant on audit_chains to shiplog_app using (${ownRows});
grant select, insert, update (entry_id, hash) on audit_chains to shiplog_app;
create policy named on audit_chains to shiplog_instance using (${ownRows});
grant select, delete, update (pruned_to, pruned_hash, pruned_at) on audit_chains to shiplog_instance;
comment on policy named on audit_chains is 'For the purge, and for pruning: of the one tenant that they name.';

create policy redaction on audit_log for update to shiplog_instance using (${ownRows}) with check (${ownRows} and salt is null);
grant update (actor, target, before, after, address, user_agent, salt) on audit_log to shiplog_instance;
comment on policy redaction on audit_log is 'For the erasure of a person: what it has changed shows, and nothing else can be changed.';
`;

/** Forced, row-level security would hide the entries from the owner who migrates. */
const seen = (statements: string) => `
alter table audit_log no force row level security;
${statements}
alter table audit_log force row level security;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [createChains, contentHash, seen(addHashes + chainEntries), policies])
    await sql.raw(step).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    revoke update (actor, target, before, after, address, user_agent, salt) on audit_log from shiplog_instance;
    drop policy redaction on audit_log;
    drop index audit_log_at;
    alter table audit_log drop column hash, drop column previous_hash, drop column content_hash, drop column salt;
    comment on column audit_log.entry_id is null;
    alter table audit_log alter column entry_id add generated always as identity;
    drop function audit_content_hash;
    drop table audit_chains;
  `)
    .execute(db);
  await sql
    .raw(
      seen(
        `select setval(pg_get_serial_sequence('audit_log', 'entry_id'), (select coalesce(max(entry_id), 0) + 1 from audit_log), false);`,
      ),
    )
    .execute(db);
}
