import { repositoryRulesDocument } from '../../github/documents/repository-rules.ts';
import type { InstallationClient } from '../../github/github.ts';
import type { RepositoryName } from '../repository-file.ts';
import type { FileRules } from './changed-files.ts';

/** Where GitHub looks for it; the first one counts. */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;
/** Thousands of lines against thousands of files would keep a worker from everything else. */
const LONGEST = 100_000;

/** Those of the base branch: a pull request does not set the rules for itself. */
export async function readFileRules(
  github: InstallationClient,
  { owner, repo, branch }: RepositoryName & { readonly branch: string },
): Promise<FileRules> {
  const at = (path: string) => `refs/heads/${branch}:${path}`;
  const { repository } = await github.graphql(repositoryRulesDocument, {
    owner,
    name: repo,
    attributes: at('.gitattributes'),
    owners0: at(places[0]),
    owners1: at(places[1]),
    owners2: at(places[2]),
  });
  const { attributes, owners0, owners1, owners2 } = repository ?? {};
  return { attributes: textOf(attributes), codeOwners: textOf(owners0 ?? owners1 ?? owners2) };
}

function textOf(blob: { readonly text?: string | null | undefined } | null | undefined): string | null {
  const text = blob?.text ?? null;
  return text === null || text.length > LONGEST ? null : text;
}
