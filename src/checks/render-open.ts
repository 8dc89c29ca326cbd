import type { DeploymentRow, Median } from './check-facts.ts';
import { duration, minutes, moment } from './durations.ts';
import type { CheckSummary } from './evaluate.ts';
import type { NextStep } from './evaluate-open.ts';
import type { HeadsUp } from './heads-up.ts';
import { deploymentLink, type Links } from './links.ts';
import { code, listed, plural, table } from './markdown.ts';
import type { LeftOutKind } from './files/review-effort.ts';
import type { StageRow } from './stages.ts';

export function nextStepSection({ nextStep }: CheckSummary): string | null {
  return nextStep && `**Next:** ${nextStepText(nextStep)}`;
}

function nextStepText(step: NextStep): string {
  switch (step.kind) {
    case 'ready':
      return 'its author marks it ready for review.';
    case 'changes':
      return `its author answers ${namesOf(step.by)}, who asked for changes${sinceText(step.since)}.`;
    case 'approved':
      return approvedText(step);
    case 'review':
      return `${reviewText(step)}${medianText(step.median)}`;
  }
}

function reviewText({ of, again, since }: Extract<NextStep, { kind: 'review' }>): string {
  const who = of.length === 0 ? 'a review; nobody has been asked for one' : `a review by ${listed(of.map(code))}`;
  return `${who}${again ? `. ${reasons[again]}` : ''}${since ? `. It has waited since ${moment(since)}` : ''}.`;
}

function approvedText({ by, since, outstanding }: Extract<NextStep, { kind: 'approved' }>): string {
  const approved = `Approved by ${namesOf(by)}${sinceText(since)}.`;
  if (outstanding.length > 0)
    return `a review by ${listed(outstanding.map(code))}: it was asked for, and is outstanding. ${approved}`;
  return `its merge, if GitHub allows it. ${approved} No review that was asked for is outstanding. Conflicts, other checks and how many approvals it takes are not looked at here.`;
}

const reasons = {
  new_commits: 'There are new commits since changes were requested',
  requested_again: 'Whoever requested changes has been asked again',
  no_verdict: 'Nobody who may write here has approved it or asked for changes so far',
} as const;

/** Whose account is gone has no name. */
function namesOf(logins: readonly string[]): string {
  return logins.length === 0 ? 'a reviewer' : listed(logins.map(code));
}

function sinceText(since: Date | null): string {
  return since ? ` on ${moment(since)}` : '';
}

function medianText(median: Median | null): string {
  if (median === null || median.value === null) return '';
  const of = plural(median.n, 'pull request');
  return ` Here the first review comes after ${duration(median.value)} (median of ${of} in 90 days).`;
}

const MOST_BEFORE = 3;
const MOST_PATHS = 5;

const stageNames: Readonly<Record<StageRow['stage'], string>> = {
  coding: 'Coding: first commit to opening',
  pickup: 'Pickup: ready to first review',
  review: 'Review: first review to merge',
  deploy: 'Deploy: merge to production',
  cycle: 'Cycle: first commit to production',
};

export function stageSection({ stages }: CheckSummary): string | null {
  if (stages.length === 0) return null;
  const rows = stages.map(({ stage, seconds, since, median }) => [
    stageNames[stage],
    seconds === null ? (since ? `since ${moment(since)}` : '–') : duration(seconds),
    median === null || median.value === null ? '–' : duration(median.value),
    median === null || median.value === null ? '–' : String(median.n),
  ]);
  return table(['Stage', 'This pull request', 'Median of 90 days', 'n'], rows);
}

const kindNames: Readonly<Record<LeftOutKind, string>> = {
  lock: 'lock file',
  generated: 'generated file',
  vendored: 'vendored file',
};

export function effortSection({ effort }: CheckSummary): string | null {
  if (!effort) return null;
  const { lines, files, minutes: range, leftOut, complete } = effort;
  const atLeast = complete ? '' : 'at least ';
  const toRead =
    lines === 0
      ? 'no line to read'
      : `${minutes(range)} for ${atLeast}${plural(lines, 'changed line')} in ${plural(files, 'file')}`;
  const rest = leftOut.map((one) => `${plural(one.files, kindNames[one.kind])} (${plural(one.lines, 'line')})`);
  return `**Review effort:** ${toRead}.${rest.length > 0 ? ` Left out: ${listed(rest)}.` : ''}`;
}

export function pathSection({ path }: CheckSummary, links: Links): string | null {
  if (!path) return null;
  const { last, waiting } = path;
  const before = last
    ? `The last deployment to ${code(last.environment)} finished ${moment(last.finished_at)}: ${healthOf(last)}.`
    : 'Nothing has been deployed yet.';
  const others =
    waiting.length === 0
      ? 'Nothing else that was merged to the default branch in the last 30 days waits to be deployed.'
      : `Of the last 30 days, ${plural(waiting.length, 'other merged pull request waits', 'other merged pull requests wait')} to be deployed: ${listed(waiting.map(links.pull))}.`;
  return `**Path to production:** ${before} ${others}`;
}

function healthOf({ failures }: DeploymentRow): string {
  if (failures.length === 0) return 'no failure is known';
  return failures.some(({ recovered_at }) => recovered_at === null)
    ? 'it failed, and has not recovered'
    : 'it failed, and has recovered';
}

export function headsUpSection({ headsUp }: CheckSummary, links: Links): string | null {
  if (headsUp.length === 0) return null;
  return ['**Heads-up**', ...headsUp.map((one) => `- ${headsUpText(one, links)}`)].join('\n');
}

function headsUpText(one: HeadsUp, links: Links): string {
  switch (one.kind) {
    case 'fork':
      return 'Its branch is in a fork: workflows may wait for an approval, and they see no secrets.';
    case 'first_contribution':
      return `The first contribution ${one.login === null ? 'of its author' : `of ${code(one.login)}`} here: a quick and kind first answer helps.`;
    case 'failed_before': {
      const before = one.before.map(
        (each) => `${deploymentLink(each.deployment_id, links)} (${links.pull(each.number)})`,
      );
      return `${code(one.path)} was changed in a deployment that failed: ${listed(before, MOST_BEFORE)}.`;
    }
    case 'no_code_owner':
      return `No code owner: ${listed(one.paths.map(code), MOST_PATHS)}.`;
  }
}
