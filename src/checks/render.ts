import type { ButtonName, CheckSummary } from './evaluate.ts';
import type { CheckRunAction, CheckRunContent } from './content.ts';
import { linksOf, type Places } from './links.ts';
import { aftermath, shippedSection } from './render-merged.ts';
import { effortSection, headsUpSection, nextStepSection, pathSection, stageSection } from './render-open.ts';
import { computedSection, problemSection, qualitySection, stateSection, violationSection } from './render-notes.ts';
import { titleOf } from './title.ts';

/** In bytes, which are at least as many as characters. */
const MOST = 65_535;
const LONGEST_TITLE = 200;

const buttons: Readonly<Record<ButtonName, CheckRunAction>> = {
  refresh: { label: 'Refresh', description: 'Compute this summary again', identifier: 'refresh' },
  not_a_failure: {
    label: 'Not a failure',
    description: 'The deployment did not fail',
    identifier: 'not_a_failure',
  },
  hide: { label: 'Hide here', description: 'Show no summary here any more', identifier: 'hide' },
  show: { label: 'Show here', description: 'Show the summary here again', identifier: 'show' },
};

/** The words of a check run. Its facts may be anybody's text: none of it is taken for Markdown. */
export function render(summary: CheckSummary, places: Places, now: Date): CheckRunContent {
  const links = linksOf(summary, places);
  const sections = [
    problemSection(summary),
    violationSection(summary, links),
    stateSection(summary, links),
    nextStepSection(summary),
    shippedSection(summary, links),
    aftermath(summary, links),
    stageSection(summary),
    effortSection(summary),
    pathSection(summary, links),
    headsUpSection(summary, links),
    qualitySection(summary),
    computedSection(summary, links),
  ];
  return {
    title: titleOf(summary, now).slice(0, LONGEST_TITLE),
    summary: fitting(sections.filter((section) => section !== null)),
    conclusion: summary.conclusion,
    actions: summary.buttons.map((name) => buttons[name]),
  };
}

/** The sections that fit, from the first on. */
function fitting(sections: readonly string[]): string {
  let text = '';
  for (const section of sections) {
    const longer = text === '' ? section : `${text}\n\n${section}`;
    if (Buffer.byteLength(longer) <= MOST) text = longer;
  }
  return text;
}
