import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { storedEffort } from '../../checks/published.ts';
import { NotFoundError } from '../../errors.ts';
import type { Api } from './api-env.ts';
import { getRepositoryScope, inOrg } from './org-scope.ts';
import { iso, numberParameter, orgParams, repoParameter, timestamp } from './parameters.ts';
import { readRoute } from './route.ts';

const amount = { files: z.int(), lines: z.int() };

const effortSchema = z.object({
  ...amount,
  low_s: z.int().openapi({ description: '0: less than a minute.' }),
  high_s: z.int().nullable().openapi({ description: 'Null: longer than can be said.' }),
  left_out: z
    .array(z.object({ kind: z.enum(['lock', 'generated', 'vendored']), ...amount }))
    .openapi({ description: 'Files that nobody reads line by line.' }),
  complete: z.boolean().openapi({ description: 'False: there are more files than GitHub lists.' }),
});

const pullCheckRunSchema = z
  .object({
    repository: z.string(),
    number: z.int(),
    head_sha: z.string(),
    id: z.int().nullable().openapi({ description: 'Of the check run at GitHub; null: it is not made yet.' }),
    title: z.string().nullable(),
    conclusion: z.enum(['success', 'neutral', 'failure']).nullable(),
    published_at: timestamp.nullable(),
    error: z.string().nullable().openapi({ description: 'Why GitHub does not take it.' }),
    review_effort: effortSchema
      .nullable()
      .openapi({ description: 'Null: it is not open, hidden, or its files are not known.' }),
  })
  .openapi('PullRequestCheckRun', {
    example: {
      repository: 'acme/shop',
      number: 1347,
      head_sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      id: 4,
      title: 'Waiting for review 6 h · about 15 to 30 min to review',
      conclusion: 'neutral',
      published_at: '2026-03-01T12:30:00.000Z',
      error: null,
      review_effort: {
        files: 4,
        lines: 150,
        low_s: 900,
        high_s: 1_800,
        left_out: [{ kind: 'lock', files: 1, lines: 2_216 }],
        complete: true,
      },
    },
  });

const get = readRoute({
  operationId: 'getPullRequestCheckRun',
  path: '/api/v1/orgs/{org}/pulls/{repo}/{number}/check-run',
  tag: 'Pull requests',
  summary: 'Get what the check run of a pull request says',
  description: 'Of its head, with the figures of the review effort.',
  params: orgParams.extend({
    repo: repoParameter,
    number: numberParameter.openapi({ param: { name: 'number', in: 'path' }, example: 1347 }),
  }),
  response: pullCheckRunSchema,
});

export function addPullCheckRun(api: Api): void {
  api.openapi(get, async (c) => {
    const { repo, number } = c.req.valid('param');
    const row = await inOrg(c, async (trx, org) => {
      const { repository_id } = await getRepositoryScope(trx, org, repo);
      return findCheckRun(trx, { tenantId: org.tenant_id, repositoryId: repository_id, number });
    });
    if (!row) throw new NotFoundError(`There is no check run on #${number} in ${repo}.`);
    return c.json(present(row), 200);
  });
}

interface CheckRunRow extends Omit<z.infer<typeof pullCheckRunSchema>, 'published_at' | 'review_effort'> {
  readonly published_at: Date | null;
  readonly review_effort: unknown;
}

async function findCheckRun(
  trx: Trx,
  { tenantId, repositoryId, number }: { tenantId: number; repositoryId: number; number: number },
): Promise<CheckRunRow | undefined> {
  const { rows } = await sql<CheckRunRow>`
    select r.full_name as repository, c.number, c.head_sha, c.check_run_id as id, c.title, c.conclusion, c.published_at,
      c.error, c.review_effort
    from published_check_runs c
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = c.repository_id
    left join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = c.repository_id
      and p.number = c.number and p.head_sha = c.head_sha
    where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.number = ${number}
      and not c.merge_group
    order by p.number is not null desc, c.published_at desc nulls last limit 1`.execute(trx);
  return rows[0];
}

function present({ published_at, review_effort, ...row }: CheckRunRow): z.infer<typeof pullCheckRunSchema> {
  const effort = storedEffort.nullable().parse(review_effort);
  return { ...row, published_at: iso(published_at), review_effort: effort && presentEffort(effort) };
}

function presentEffort({ minutes, leftOut, ...effort }: z.infer<typeof storedEffort>): z.infer<typeof effortSchema> {
  return {
    ...effort,
    low_s: minutes.low * 60,
    high_s: minutes.high && minutes.high * 60,
    left_out: leftOut,
  };
}
