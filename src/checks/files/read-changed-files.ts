import { pullRequestFilesDocument } from '../../github/documents/pull-request-files.ts';
import type { InstallationClient } from '../../github/github.ts';
import type { RepositoryName } from '../repository-file.ts';
import type { ChangedFile, ChangedFiles } from './changed-files.ts';

const PER_PAGE = 100;
/** GitHub lists no more. */
const MOST = 3_000;

/** What was read, and of which head: the pull request may have moved on. */
export interface ReadFiles extends ChangedFiles {
  readonly headSha: string;
  readonly baseRef: string;
}

/** @returns null when there is no such pull request, or its head moved while it was read */
export async function readChangedFiles(
  github: InstallationClient,
  { owner, repo, number }: RepositoryName & { readonly number: number },
): Promise<ReadFiles | null> {
  const files: ChangedFile[] = [];
  let first: { readonly headRefOid: string; readonly baseRefName: string } | undefined;
  for (let after: string | null = null; ; ) {
    const variables = { owner, name: repo, number, first: PER_PAGE, after };
    const { repository }: Awaited<ReturnType<typeof askFor>> = await askFor(github, variables);
    const pull = repository?.pullRequest;
    first ??= pull ?? undefined;
    if (!first || !pull || pull.headRefOid !== first.headRefOid) return null;
    files.push(...(pull.files?.nodes ?? []));
    const { hasNextPage = false, endCursor = null } = pull.files?.pageInfo ?? {};
    const more = hasNextPage && endCursor !== null;
    if (!more || files.length >= MOST) {
      return { files, complete: !more, headSha: first.headRefOid, baseRef: first.baseRefName };
    }
    after = endCursor;
  }
}

function askFor(
  github: InstallationClient,
  variables: { owner: string; name: string; number: number; first: number; after: string | null },
) {
  return github.graphql(pullRequestFilesDocument, variables);
}
