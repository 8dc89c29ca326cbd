import { withTenant } from '../../db/tenant.ts';
import { isOwnRun } from '../checks/check-run-api.ts';
import { pressButton } from '../checks/press-button.ts';
import { forgetContent, recordMergeGroup } from '../checks/published.ts';
import { type CheckedHead, sendCheckRuns } from '../queue.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

interface Repository {
  readonly id: number;
  readonly owner: { readonly id?: number } | null;
}

/** What GitHub asks of check runs, and what people press. Heads are found by their sha: a fork's run names no pull request. */
export function onCheckRun(app: Subscriber, { db, queue, log }: Pick<ReactionDeps, 'db' | 'queue' | 'log'>): void {
  const publish = (head: CheckedHead) => sendCheckRuns(queue, db, [head], { startAfter: new Date() });

  app.on('check_run.rerequested', async ({ payload: { check_run: run, repository } }) => {
    const head = headOf(repository, run.head_sha);
    if (!head || !isOwnRun(run)) return;
    await withTenant(db, head.tenantId, (trx) => forgetContent(trx, head));
    await publish(head);
  });
  app.on(['check_suite.requested', 'check_suite.rerequested'], async ({ payload }) => {
    const head = headOf(payload.repository, payload.check_suite.head_sha);
    if (!head) return;
    if (payload.action === 'rerequested') await withTenant(db, head.tenantId, (trx) => forgetContent(trx, head));
    await publish(head);
  });
  app.on('check_run.requested_action', async ({ payload }) => {
    const { check_run: run, repository, sender, requested_action: action } = payload;
    const head = headOf(repository, run.head_sha);
    if (!head || !isOwnRun(run) || !action?.identifier) return;
    const press = { head, identifier: action.identifier, person: { id: sender.id, login: sender.login } };
    const isDone = await withTenant(db, head.tenantId, (trx) => pressButton(trx, press));
    if (!isDone) log.info({ tenant: head.tenantId, action: action.identifier, user: sender.id }, 'button refused');
    await publish(head);
  });
  app.on('merge_group.checks_requested', async ({ payload: { merge_group: group, repository } }) => {
    const head = repository && headOf(repository, group.head_sha);
    if (!head) return;
    const number = /\/pr-(\d+)-[0-9a-f]+$/.exec(group.head_ref)?.[1];
    await withTenant(db, head.tenantId, (trx) =>
      recordMergeGroup(trx, head, { number: number === undefined ? null : Number(number) }),
    );
    await publish(head);
  });
}

function headOf({ id, owner }: Repository, headSha: string): CheckedHead | undefined {
  return owner?.id === undefined ? undefined : { tenantId: owner.id, repositoryId: id, headSha };
}
