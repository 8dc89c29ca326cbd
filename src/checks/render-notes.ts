import type { CheckSummary } from './evaluate.ts';
import type { Links } from './links.ts';
import { code, listed, plural } from './markdown.ts';
import type { Violation } from './policies.ts';
import { mergedStateText } from './render-merged.ts';

/** The repository's own settings are not as they should be: first, so that somebody mends them. */
export function problemSection({ fileProblem }: CheckSummary): string | null {
  if (!fileProblem) return null;
  const { file, line, message } = fileProblem;
  const place = line === null ? code(file) : `${code(file)}, line ${line}`;
  return `**${place} is not right**, and does not count: ${code(message)}`;
}

export function violationSection({ violations }: CheckSummary, links: Links): string | null {
  if (violations.length === 0) return null;
  return ['**Policies of this repository**', ...violations.map((one) => `- ${violationText(one, links)}`)].join('\n');
}

function violationText(violation: Violation, links: Links): string {
  if (violation.policy === 'max_lines') {
    return `It changes ${plural(violation.lines, 'line')}; at most ${violation.most.toLocaleString('en')} are allowed. Split it, or have \`max_lines\` changed.`;
  }
  const incidents = listed(violation.incidents.map(links.issue));
  return `Nothing is merged while an incident is open: ${incidents}. What mends it is: a hotfix, a revert, or what closes the incident ("fixes #N").`;
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
      return 'Its deliveries are kept, and count as soon as it is tracked.';
    case 'closed':
      return 'It was closed without a merge, so that it counts nowhere.';
    default:
      return mergedStateText(summary);
  }
}

export function qualitySection({ quality }: CheckSummary): string | null {
  if (quality.length === 0) return null;
  return ['**What is missing**', ...quality.map(({ message }) => `- ${message}`)].join('\n');
}

/** What the figures are, where their rows are, and what turns this off. */
export function computedSection({ state, stages, number }: CheckSummary, links: Links): string | null {
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
    `To turn it off, or to change what it holds against a merge: ${settingsOf(links)}.`,
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
