import { z } from '@hono/zod-openapi';
import type { Api } from './api-env.ts';
import { type CommitRow, commitKeys, listCommits } from './commit-rows.ts';
import { defineCursor } from './cursor.ts';
import { inOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import { authorFilter, iso, orgParams, repositoryFilter, timeFilters, timestamp } from './parameters.ts';
import { findPersons, type Person, personSchema } from './person.ts';
import { listRoute } from './route.ts';

const lines = z.int().nullable().openapi({ description: 'Null until known: a push does not tell it.' });

const commitSchema = z
  .object({
    repository: z.string(),
    sha: z.string(),
    parents: z.array(z.string()).nullable().openapi({ description: 'Null until known: a push does not tell them.' }),
    author: personSchema,
    co_authors: z.array(personSchema).openapi({ description: 'From the Co-authored-by trailers.' }),
    authored_at: timestamp,
    committed_at: timestamp,
    message_headline: z.string(),
    additions: lines,
    deletions: lines,
    changed_files: lines,
  })
  .openapi('Commit', {
    example: {
      repository: 'acme/shop',
      sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      parents: ['553c2077f0edc3d5dc5d17262f6aa498e69d6f8e'],
      author: { name: 'Ann Lee', email: 'ann@acme.example', login: 'ann', id: 583231 },
      co_authors: [],
      authored_at: '2026-03-01T12:30:00.000Z',
      committed_at: '2026-03-01T12:30:00.000Z',
      message_headline: 'Count each basket once',
      additions: 12,
      deletions: 3,
      changed_files: 2,
    },
  });

const cursor = defineCursor('listCommits', commitKeys);

const list = listRoute({
  operationId: 'listCommits',
  path: '/api/v1/orgs/{org}/commits',
  tag: 'Commits',
  summary: 'List commits',
  description: 'On any branch; by `committed_at`, the latest first.',
  params: orgParams,
  filters: { repository: repositoryFilter, author: authorFilter, ...timeFilters('committed_at') },
  cursor,
  item: commitSchema,
});

export function addCommits(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { rows, person } = await inOrg(c, async (trx, org) => {
      const rows = await listCommits(trx, org, query);
      const emails = rows.flatMap((row) => [row.author_email, ...row.co_authors]);
      return { rows, person: await findPersons(trx, org.tenant_id, emails) };
    });
    const present = (row: CommitRow) => presentCommit(row, person);
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

function presentCommit(
  row: CommitRow,
  person: (seen: { email: string | null; name: string | null }) => Person,
): z.infer<typeof commitSchema> {
  return {
    repository: row.repository,
    sha: row.sha,
    parents: row.parents,
    author: person({ email: row.author_email, name: row.author_name }),
    co_authors: row.co_authors.map((email) => person({ email, name: null })),
    authored_at: iso(row.authored_at),
    committed_at: iso(row.committed_at),
    message_headline: row.message_headline,
    additions: row.additions,
    deletions: row.deletions,
    changed_files: row.changed_files,
  };
}
