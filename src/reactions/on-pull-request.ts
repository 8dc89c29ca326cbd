import { withTenant } from '../../db/tenant.ts';
import { recordUntracked } from '../checks/published.ts';
import { sendCheckRuns } from '../queue.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

/** What happens to a pull request changes what its check run says; what comes within the debounce is said together. */
export function onPullRequest(
  app: Subscriber,
  { db, queue, checkRunDebounceMs }: Pick<ReactionDeps, 'db' | 'queue' | 'checkRunDebounceMs'>,
): void {
  const update = async ({ repository, pull_request: pull }: PullRequestPayload): Promise<void> => {
    const tenantId = repository.owner?.id;
    if (tenantId === undefined) return;
    const head = { tenantId, repositoryId: repository.id, headSha: pull.head.sha };
    await withTenant(db, tenantId, (trx) => recordUntracked(trx, head, pull));
    await sendCheckRuns(queue, db, [head], { startAfter: new Date(Date.now() + checkRunDebounceMs) });
  };
  const changes = [
    'pull_request.opened',
    'pull_request.synchronize',
    'pull_request.ready_for_review',
    'pull_request.converted_to_draft',
    'pull_request.review_requested',
    'pull_request.review_request_removed',
    'pull_request.labeled',
    'pull_request.unlabeled',
    'pull_request.edited',
    'pull_request.closed',
    'pull_request.reopened',
    'pull_request_review.submitted',
    'pull_request_review.dismissed',
  ] as const;
  app.on([...changes], ({ payload }) => update(payload));
}

interface PullRequestPayload {
  readonly repository: { readonly id: number; readonly owner: { readonly id?: number } | null };
  readonly pull_request: { readonly number: number; readonly head: { readonly sha: string } };
}
