import type { Quality } from '../quality.ts';
import type { MetricScope } from '../scope.ts';
import type { OpenPulls } from './open-pulls.ts';
import type { Health, HealthCounts } from './read-health.ts';
import { isTold, type ToldPulls } from './told-pulls.ts';

const longer = 'Choose a longer window, or a larger team.';

/** Why a measure is not known, and what to do. */
export function describeHealth({ counts, knowsReviews }: Health, scope: MetricScope): Quality[] {
  const { open, merged, load, hours } = counts;
  const found: Quality[] = [];
  if (!merged || merged.pulls === 0) {
    const message = 'Nothing was merged in the window: reviews and rework of a pull request are not known.';
    found.push({ code: 'no_merged_pull_requests', message, action: longer });
  }
  found.push(...(knowsReviews ? describeLoad(load?.people ?? 0) : [noReviewsAtAll]));
  if (!hours || hours.outside === null) {
    const message = 'Fewer than 5 people have commits in the window: of so few, hours would tell who it was.';
    found.push({ code: 'few_people', message, action: longer });
  }
  found.push(...describeOpen(open));
  if (scope.environment !== undefined) {
    const message = 'Pull requests and reviews have no environment: team-health is that of all.';
    found.push({ code: 'environment_ignored', message, action: 'Filter by repository or by team.' });
  }
  return found;
}

const noReviewsAtAll: Quality = {
  code: 'no_reviews_known',
  message: 'No review of these repositories is known: neither how many there are nor how they are spread.',
  action:
    'Connect GitHub, which tells them: a replayed clone has none. Where nobody reviews, there is nothing to be done.',
};

function describeLoad(people: number): Quality[] {
  if (people > 1) return [];
  if (people === 1) {
    const message = 'One person did every review: there is nobody to spread them over.';
    return [{ code: 'one_reviewer', message, action: 'Let others review, too, or choose a larger team.' }];
  }
  const message = 'No review of the window is known: how the load is spread is not known.';
  return [{ code: 'no_reviews', message, action: longer }];
}

function describeOpen(found: HealthCounts['open']): Quality[] {
  if (!found) {
    const message = 'The window has not begun: what will be open at its end is not known.';
    return [{ code: 'window_to_come', message, action: 'Choose a window that has begun.' }];
  }
  if (!isTold(found.told)) return [neverTold];
  return [...describeTold(found.told), ...describeNone(found)];
}

const neverTold: Quality = {
  code: 'open_pull_requests_unknown',
  message:
    'Which pull requests were open at the end of the window is not known: their list was not read, and nothing told of them then. A replayed clone has only what was merged.',
  action: 'Connect GitHub and wait for the backfill: /sync says how far it is. Or choose a later window.',
};

function describeTold({ repositories, wholly }: ToldPulls): Quality[] {
  if (wholly === repositories) return [];
  const of = `${repositories - wholly} of ${repositories} repositories`;
  return [
    {
      code: 'open_pull_requests_incomplete',
      message: `The list of pull requests of ${of} was not read to its beginning. What was opened before, and not touched since, is not counted.`,
      action: 'Connect GitHub and wait for the backfill, or start it without a horizon: /sync says how far it is.',
    },
  ];
}

function describeNone({ open, waiting }: Pick<OpenPulls, 'open' | 'waiting'>): Quality[] {
  if (waiting > 0) return [];
  const none = open === 0 ? 'is open' : 'waits for a review';
  const message = `No pull request ${none} at the end of the window, so there is no age of one.`;
  return [
    {
      code: open === 0 ? 'nothing_open' : 'nothing_waits',
      message,
      action: 'Nothing is to be done.',
    },
  ];
}
