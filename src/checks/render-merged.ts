import type { Failure } from './check-facts.ts';
import { duration, moment } from './durations.ts';
import type { CheckSummary } from './evaluate.ts';
import type { Shipped } from './evaluate-merged.ts';
import { deploymentLink, incidentLink, type Links, pullLink } from './links.ts';
import { code, listed } from './markdown.ts';

/** What it came to production with. */
export function shippedSection({ shipped }: CheckSummary, links: Links): string | null {
  if (!shipped) return null;
  const { deployment } = shipped;
  const name = deploymentLink(deployment.deployment_id, links);
  const others = shipped.with.length === 0 ? '' : `, with ${listed(shipped.with.map(links.pull))}`;
  return `**Deployed:** ${name} to ${code(deployment.environment)}, finished ${moment(deployment.finished_at)}${others}.`;
}

/** What happened after. */
export function aftermath({ shipped }: CheckSummary, links: Links): string | null {
  if (!shipped) return null;
  const { deployment, revertedBy } = shipped;
  const lines = [
    ...deployment.failures.map((failure) => failureText(failure, { links, finished_at: deployment.finished_at })),
    ...(revertedBy ? [revertText(revertedBy, links)] : []),
  ];
  if (lines.length === 0) return `**Since then:** ${quietText(shipped)}`;
  return ['**Since then**', ...lines.map((line) => `- ${line}`)].join('\n');
}

function quietText({ deployment: { clearedBy }, watch }: Shipped): string {
  if (clearedBy !== null)
    return `${code(clearedBy)} says that this deployment did not fail: what is linked to it does not count.`;
  if (!watch) return 'nothing is known against it.';
  if (watch.isOver) return `no incident within ${watch.hours} h.`;
  return `no incident so far. One that is opened before ${moment(watch.until)} counts as this deployment's.`;
}

interface Place {
  readonly links: Links;
  readonly finished_at: Date;
}

function failureText({ kind, by, recovered_at }: Failure, { links, finished_at }: Place): string {
  const recovery = recovered_at
    ? `Recovered after ${duration((recovered_at.getTime() - finished_at.getTime()) / 1_000)} (${moment(recovered_at)}).`
    : 'Not recovered.';
  return `${causeText(kind, { by, links })} ${recovery}`;
}

function causeText(kind: string, { by, links }: { readonly by: string; readonly links: Links }): string {
  switch (kind) {
    case 'deploy_failed':
      return 'The deployment failed.';
    case 'rollback':
      return 'It was rolled back.';
    case 'revert':
      return `A change of it was reverted by ${pullLink(by, links)}.`;
    case 'hotfix':
      return `It needed the hotfix ${pullLink(by, links)}.`;
    case 'incident':
      return `Incident ${incidentLink(by, links)} is linked to it.`;
    default:
      return `${code(by)} marked it as failed.`;
  }
}

function revertText({ number, deployed_at }: NonNullable<Shipped['revertedBy']>, links: Links): string {
  const deployed = deployed_at ? `in production since ${moment(deployed_at)}` : 'not deployed yet';
  return `This pull request was reverted by ${links.pull(number)}: ${deployed}.`;
}

/** What a merged one waits for, or why nothing is said. */
export function mergedStateText({ state, shipped, base }: CheckSummary): string | null {
  switch (state) {
    case 'unmeasured':
      return 'Merged. Deployments are not measured here: nobody has said yet what counts as one.';
    case 'waiting_for_deployment':
      return 'Merged, and in no deployment yet.';
    case 'not_deployed':
      return `Merged into ${code(base ?? '')}, which is not deployed to production as far as is known: nothing that was merged into it has come there.`;
    case 'in_production':
      return shipped ? null : 'In production with the first deployment that is known here: since when is not known.';
    default:
      return null;
  }
}
