import { z } from 'zod';
import { NotFoundError } from '../errors.ts';
import type { InstallationClient } from '../github/github.ts';
import type { CheckRunContent } from './content.ts';

/** The name that people see, and that a branch protection may require. */
const CHECK_RUN_NAME = 'Shiplog';

/** Where a run is, as GitHub's paths name it. */
export interface RunPlace {
  readonly owner: string;
  readonly repo: string;
  readonly headSha: string;
}

const created = z.object({ id: z.int() });
const listed = z.object({
  check_runs: z.array(z.object({ id: z.int(), name: z.string(), external_id: z.string().nullish() })),
});

/** A head has one run: the sha is what makes it the same one. */
function externalIdOf({ headSha }: Pick<RunPlace, 'headSha'>): string {
  return `shiplog:${headSha}`;
}

/** Whether a run is Shiplog's, by what an event tells of it. */
export function isOwnRun(run: { readonly head_sha: string; readonly external_id: string | null }): boolean {
  return run.external_id === externalIdOf({ headSha: run.head_sha });
}

/** The run that the App has made on a head, whether or not its id was ever stored. */
export async function findCheckRun(
  github: InstallationClient,
  { appId, ...place }: RunPlace & { readonly appId: number },
): Promise<number | null> {
  const { owner, repo, headSha } = place;
  const pages = github.restPages({
    route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    parameters: { owner, repo, ref: headSha, check_name: CHECK_RUN_NAME, app_id: appId, filter: 'all' },
    data: listed,
  });
  for await (const { check_runs: runs } of pages) {
    const own = runs.find(({ external_id }) => external_id === externalIdOf(place));
    if (own) return own.id;
  }
  return null;
}

/** It is concluded from the start: a required check never keeps anybody waiting. @returns its id */
export async function createCheckRun(
  github: InstallationClient,
  place: RunPlace,
  content: CheckRunContent,
): Promise<number> {
  const { owner, repo, headSha } = place;
  const { id } = await github.rest({
    route: 'POST /repos/{owner}/{repo}/check-runs',
    parameters: {
      owner,
      repo,
      name: CHECK_RUN_NAME,
      head_sha: headSha,
      external_id: externalIdOf(place),
      ...written(content),
    },
    data: created,
  });
  return id;
}

/** @returns false when there is no such run any more */
export async function updateCheckRun(
  github: InstallationClient,
  { owner, repo, id }: Pick<RunPlace, 'owner' | 'repo'> & { readonly id: number },
  content: CheckRunContent,
): Promise<boolean> {
  try {
    await github.rest({
      route: 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
      parameters: { owner, repo, check_run_id: id, ...written(content) },
      data: created,
    });
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

function written({ title, summary, conclusion, actions }: CheckRunContent): Readonly<Record<string, unknown>> {
  return {
    status: 'completed',
    conclusion,
    completed_at: new Date().toISOString(),
    output: { title, summary },
    actions,
  };
}
