import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import type { GitHub } from '../../github/github.ts';
import type { CloneReader } from '../clone-reader.ts';
import { commitFacts } from '../commit-facts.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { readHistory } from './api-history.ts';

export interface CommitsDeps {
  readonly github: Pick<GitHub, 'contentsToken' | 'webUrl'>;
  readonly clones: CloneReader;
  /** From how many commits on a history comes from a clone. */
  readonly cloneFromCommits: number;
}

/** The newest come from the API all the same: with line counts, and without a clone when a short gap is filled. */
const FROM_API = 1_000;
/** A page of a clone is this many times as long as one of the API. */
const CLONED_SHARE = 50;

const cursorSchema = z.object({
  /** The commit at which the pass began, so that pushes meanwhile move nothing. */
  head: z.string(),
  /** The API's own cursor, and how many commits it has told. */
  after: z.string(),
  told: z.int(),
  total: z.int(),
  /** How many were read from the clone, if that is where they come from. */
  cloned: z.int().optional(),
});
type HistoryCursor = z.output<typeof cursorSchema>;

/** The commits of the default branch. */
export function createCommits(deps: CommitsDeps): Entity {
  return {
    name: 'commits',
    permission: 'contents',
    readPage: (request) => {
      const at = request.cursor === null ? null : cursorSchema.parse(JSON.parse(request.cursor));
      return at && isForClone(at, deps) ? readClonedPage(request, at, deps) : readApiPage(request, at);
    },
  };
}

function isForClone({ told, total }: HistoryCursor, { cloneFromCommits }: CommitsDeps): boolean {
  return total >= cloneFromCommits && told >= Math.min(FROM_API, cloneFromCommits);
}

async function readApiPage(request: PageRequest, at: HistoryCursor | null): Promise<Page> {
  const seenAt = new Date().toISOString();
  const history = await readHistory(request, at);
  if (!history) return { facts: [], cursor: null, items: 0, total: null, oldest: null };
  const { head, commits, after, total } = history;
  const next = after === null ? null : { head, after, told: (at?.told ?? 0) + commits.length, total };
  return {
    facts: [commitFacts(commits, { repositoryId: request.repository.id, seenAt })],
    cursor: next && JSON.stringify(next),
    items: commits.length,
    total,
    oldest: commits.at(-1)?.committed_at ?? null,
  };
}

async function readClonedPage(request: PageRequest, at: HistoryCursor, deps: CommitsDeps): Promise<Page> {
  const { installation, repository, pageSize } = request;
  const seenAt = new Date().toISOString();
  const wanted = {
    repositoryId: repository.id,
    url: `${deps.github.webUrl}/${repository.owner}/${repository.name}.git`,
    token: () => deps.github.contentsToken(installation, repository.id),
  };
  const place = { head: at.head, done: at.cloned ?? 0 };
  try {
    const { commits, next } = await deps.clones.readPage(wanted, { place, size: pageSize * CLONED_SHARE });
    const cloned = place.done + commits.length;
    return {
      facts: [commitFacts(commits, { repositoryId: repository.id, seenAt })],
      cursor: next && JSON.stringify({ ...at, head: next.head, cloned: next.done }),
      // Those that the API told are counted already.
      items: Math.max(0, cloned - Math.max(place.done, at.told)),
      total: at.total,
      oldest: commits.at(-1)?.committed_at ?? null,
    };
  } catch (error) {
    // Where there is no git, the API goes on: it takes longer, and budget.
    if (error instanceof ConfigError) return readApiPage(request, at);
    throw error;
  }
}
