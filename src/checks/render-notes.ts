import type { CheckSummary } from './evaluate.ts';
import { incidentLink, type Links } from './links.ts';
import { code, listed, plural } from './markdown.ts';
import type { Violation } from './policies.ts';
import { QUICK, THOROUGH } from './files/review-effort.ts';
import { mergedStateText } from './render-merged.ts';

/** The repository's own settings are not as they should be: first, so that somebody mends them. */
export function problemSection({ fileProblem }: CheckSummary): string | null {
  if (!fileProblem) return null;
  if ('unread' in fileProblem) {
    return `**${code(fileProblem.file)} could not be read**: ${unreadTexts[fileProblem.unread]} The settings of the API count alone.`;
  }
  const { file, line, message } = fileProblem;
  const place = line === null ? code(file) : `${code(file)}, line ${line}`;
  return `**${place} is not right**, and does not count: ${code(message)}`;
}

const unreadTexts = {
  forbidden: 'GitHub does not let Shiplog read it, or what it extends.',
  unavailable: 'GitHub gives no proper answer. It is asked again.',
} as const;

export function violationSection({ violations }: CheckSummary, links: Links): string | null {
  if (violations.length === 0) return null;
  return ['**Policies of this repository**', ...violations.map((one) => `- ${violationText(one, links)}`)].join('\n');
}

const MOST_PATHS = 3;
const MOST_GROUPS = 10;

function violationText(violation: Violation, links: Links): string {
  if (violation.policy === 'max_lines') {
    return `There are ${plural(violation.lines, 'changed line')} to read; at most ${violation.most.toLocaleString('en')} are allowed. Split it, or have \`max_lines\` changed.`;
  }
  if (violation.policy === 'code_owner_review') {
    const groups = violation.unapproved.map(
      ({ owners, paths }) => `${listed(paths.map(code), MOST_PATHS)} (one of ${listed(owners.map(code))})`,
    );
    return `A code owner has yet to approve ${groups.slice(0, MOST_GROUPS).join('; ')}${groups.length > MOST_GROUPS ? `; and of ${groups.length - MOST_GROUPS} more groups` : ''}.`;
  }
  const incidents = listed(violation.incidents.map((name) => incidentLink(name, links)));
  return `Nothing is merged while an incident is open: ${incidents}. Only what mends it may be: a hotfix, a revert, or what closes the incident ("fixes #N").`;
}

/** Of states that have little else to say. */
export function stateSection(summary: CheckSummary, links: Links): string | null {
  switch (summary.state) {
    case 'merge_group':
      return 'This is a group of the merge queue. The pull requests in it have the summary.';
    case 'hidden':
      return 'Somebody who may write here has hidden the summary. `Show here` brings it back.';
    case 'off':
      return `Shiplog says nothing on pull requests of this repository: see ${settingsOf(links)}.`;
    case 'over_plan_limit':
      return 'What happens here is kept, and counts as soon as the plan has room for this repository: an admin of the organization decides which ones it follows.';
    case 'closed':
      return 'Closed without a merge: it counts in no metric.';
    default:
      return mergedStateText(summary);
  }
}

export function qualitySection({ quality }: CheckSummary): string | null {
  if (quality.length === 0) return null;
  return ['**What is missing**', ...quality.map(({ message }) => `- ${message}`)].join('\n');
}

/** What the figures are, where their rows are, and what turns this off. */
export function computedSection({ state, stages, number, effort }: CheckSummary, links: Links): string | null {
  if (state === 'off' || state === 'over_plan_limit' || state === 'merge_group') return null;
  const metric = (name: string) => `${links.org}/metrics/${name}/rows?repository=${links.repository}`;
  const medians = ['pickup', 'review', 'cycle'].map((name) => links.api(name, metric(`pr-${name}`)));
  const lines = [
    ...(number === null
      ? []
      : [`This one: ${links.api(`#${number}`, `${links.org}/pulls/${links.repository}/${number}`)}.`]),
    ...(stages.length === 0
      ? []
      : [
          `Medians are over the pull requests of this repository that were merged in the last 90 days, as the API counts them: ${listed(medians)}.`,
        ]),
    ...(effort
      ? [
          `Review effort is at ${THOROUGH} to ${QUICK} changed lines an hour. Lock files, generated and vendored ones are left out, as GitHub's Linguist and \`.gitattributes\` tell them: ${links.api('its figures', `${links.org}/pulls/${links.repository}/${number}/check-run`)}.`,
        ]
      : []),
    `To turn this off, or to change its policies: ${settingsOf(links)}.`,
  ];
  return [
    '<details><summary>How this is computed</summary>',
    '',
    ...lines.map((line) => `- ${line}`),
    '',
    '</details>',
  ].join('\n');
}

function settingsOf({ api, org, repository }: Links): string {
  return `\`.github/shiplog.yml\` on the default branch, or ${api('the settings', `${org}/check-run?repository=${repository}`)}`;
}
