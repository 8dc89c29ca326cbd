type HealthUnit = 'count' | 'seconds' | 'per_pull_request' | 'ratio';

interface Measure {
  readonly unit: HealthUnit;
  /** In a sentence, for explanations. */
  readonly meaning: string;
}

/** How work flows in a team. Of people only how many they are: nobody is named or ranked. */
export const healthMeasures = {
  work_in_progress: {
    unit: 'count',
    meaning: 'The pull requests that are open at the end of the window.',
  },
  open_age: {
    unit: 'seconds',
    meaning: 'The median age of the pull requests that are open at the end of the window.',
  },
  waiting_for_review: {
    unit: 'count',
    meaning: 'Of the open pull requests, those that are no drafts and that no other person has reviewed.',
  },
  waiting_age: {
    unit: 'seconds',
    meaning: 'The median time for which the pull requests that wait for a review have been ready for one.',
  },
  reviews_per_pull_request: {
    unit: 'per_pull_request',
    meaning: 'The mean number of reviews over the pull requests that were merged in the window.',
  },
  rework_cycles_per_pull_request: {
    unit: 'per_pull_request',
    meaning:
      'How often changes were requested and new commits followed: the mean over the pull requests that were merged in the window.',
  },
  review_load_spread: {
    unit: 'ratio',
    meaning: 'Of the people who reviewed in the window, the part that did half of the reviews; 0.5 is an even load.',
  },
  outside_hours: {
    unit: 'ratio',
    meaning:
      "Of the commits of the window, the part that was written at a weekend, or before 8 or after 19 o'clock; of at least five people.",
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type HealthMeasure = keyof typeof healthMeasures;
export const healthMeasureNames = Object.keys(healthMeasures) as [HealthMeasure, ...HealthMeasure[]];

/** What a measure comes to in a window, or in a day or week of it. */
export interface HealthPoint {
  /** Null: not known. */
  readonly value: number | null;
  /** How many things it is made of. */
  readonly n: number;
  readonly numerator: number | null;
  readonly denominator: number | null;
}

export type HealthPoints = Readonly<Record<HealthMeasure, HealthPoint>>;

export const unknownPoint: HealthPoint = { value: null, n: 0, numerator: null, denominator: null };
