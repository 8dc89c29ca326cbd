import { type Kysely, sql } from 'kysely';

/** What stands there was read before; it is read once more where its pull request is still open. */
const addColumn = `
alter table pull_request_file_lists add column read_lines integer;
comment on column pull_request_file_lists.read_lines is
  'Lines without those of generated, vendored and lock files; null: not all files are listed, or what the base branch says of them is not known.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addColumn).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_request_file_lists drop column read_lines`.execute(db);
}
