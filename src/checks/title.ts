import { duration, minutes } from './durations.ts';
import { type CheckSummary, steppedHours } from './evaluate.ts';
import { plural } from './markdown.ts';
import type { Violation } from './policies.ts';

const HOUR_S = 3_600;

/** One line: how it stands. */
export function titleOf(summary: CheckSummary, now: Date): string {
  const [violation] = summary.violations;
  if (violation) return violationTitle(violation);
  switch (summary.state) {
    case 'draft':
      return 'Draft';
    case 'waiting_for_review':
      return waitingTitle(summary, now);
    case 'changes_requested':
      return 'Changes requested';
    case 'approved':
      return 'Approved';
    case 'review_outstanding':
      return outstandingTitle(summary);
    case 'closed':
      return 'Closed without a merge';
    case 'unmeasured':
      return 'Merged';
    case 'waiting_for_deployment':
      return 'Merged, waiting for a deployment';
    case 'not_deployed':
      return `Merged into ${summary.base}, which is not deployed to production as far as is known`;
    case 'merge_group':
      return 'In the merge queue';
    case 'hidden':
      return 'Hidden on this pull request';
    case 'off':
      return 'Turned off for this repository';
    case 'over_plan_limit':
      return 'Not tracked: the plan has no room for this repository';
    default:
      return mergedTitle(summary);
  }
}

function violationTitle(violation: Violation): string {
  if (violation.policy === 'max_lines') {
    return `Too large: ${plural(violation.lines, 'line')} to read, and at most ${violation.most.toLocaleString('en')} are allowed`;
  }
  if (violation.policy === 'code_owner_review') return 'A code owner has to approve';
  return `Deployment freeze: ${plural(violation.incidents.length, 'incident')} open`;
}

function waitingTitle({ nextStep, effort }: CheckSummary, now: Date): string {
  const again = nextStep?.kind === 'review' && nextStep.again !== null;
  const since = nextStep?.kind === 'review' ? nextStep.since : null;
  const hours = since ? steppedHours(since, now) : 0;
  const wait = `Waiting for ${again ? 'another ' : ''}review${hours > 0 ? ` ${duration(hours * HOUR_S)}` : ''}`;
  return effort && effort.lines > 0 ? `${wait} · ${minutes(effort.minutes)} to review` : wait;
}

function outstandingTitle({ nextStep }: CheckSummary): string {
  const outstanding = nextStep?.kind === 'approved' ? nextStep.outstanding.length : 0;
  return `Approved · ${plural(outstanding, 'requested review')} outstanding`;
}

function mergedTitle({ state, shipped, stages }: CheckSummary): string {
  const deploy = stages.find(({ stage }) => stage === 'deploy')?.seconds ?? null;
  const inProduction = deploy === null ? 'In production' : `In production ${duration(deploy)} after merge`;
  const recovery = shipped?.recovery_s ?? null;
  switch (state) {
    case 'reverted':
      return shipped?.revertedBy ? `${inProduction} · reverted by #${shipped.revertedBy.number}` : 'Reverted';
    case 'rolled_back':
      return recovery === null ? 'Rolled back' : `Rolled back ${duration(recovery)} after its deployment`;
    case 'incident':
      return `${inProduction} · incident open`;
    case 'deployment_failed':
      return `${inProduction} · deployment failed`;
    case 'recovered':
      return recovery === null ? inProduction : `${inProduction} · recovered after ${duration(recovery)}`;
    default:
      return inProduction;
  }
}
