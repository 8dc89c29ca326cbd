import type { CheckedPull, CheckFacts, DeploymentRow, MergedPull, ReviewFacts } from '../../src/checks/check-facts.ts';
import { defaultSettings } from '../../src/checks/settings.ts';

/** Of 2 March 2026. */
export const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);

type PullOptions = Partial<Omit<CheckedPull, 'about'>> & { readonly about?: Partial<CheckedPull['about']> };

/** Opened at 08:00 with 34 others to compare with, unless something else is given. */
export function checkedPull({ about, ...others }: PullOptions = {}): CheckedPull {
  return {
    about: {
      number: 7,
      state: 'open',
      draft: false,
      fork: false,
      author_id: 501,
      author: 'ann',
      head_sha: 'head',
      base_ref: 'main',
      head_ref: 'topic',
      body: null,
      labels: [],
      created_at: at('08:00'),
      ready_at: at('08:00'),
      merged_at: null,
      first_commit_at: at('06:30'),
      first_review_at: null,
      additions: 120,
      deletions: 30,
      changed_files: 4,
      requested_reviewers: [],
      requested_teams: [],
      ...about,
    },
    reviews: [],
    review: reviewFacts(),
    hiddenBy: null,
    firstContribution: false,
    medians: {
      pickup: { value: 11_400, n: 34 },
      review: { value: 5_400, n: 34 },
      cycle: { value: 93_600, n: 31 },
    },
    path: { last: deployment(), waiting: [] },
    merged: null,
    ...others,
  };
}

/** 150 lines in four files of nobody's in particular. */
export function reviewFacts(given: Partial<ReviewFacts> = {}): ReviewFacts {
  return {
    files: {
      files: [
        { path: 'src/pay.ts', additions: 80, deletions: 20 },
        { path: 'src/cart.ts', additions: 20, deletions: 10 },
        { path: 'docs/pay.md', additions: 15, deletions: 0 },
        { path: 'a', additions: 5, deletions: 0 },
      ],
      complete: true,
    },
    rules: { attributes: null, codeOwners: null },
    approvers: [],
    failedBefore: [],
    ...given,
  };
}

export function deployment(given: Partial<DeploymentRow> = {}): DeploymentRow {
  return {
    deployment_id: 42,
    environment: 'production',
    finished_at: at('07:00'),
    failures: [],
    clearedBy: null,
    ...given,
  };
}

/** Merged at 10:00, in production at 11:24. */
export function mergedPull(given: Partial<MergedPull> = {}): CheckedPull {
  const stages = {
    repository_id: 11,
    number: 7,
    deployed_at: at('11:24'),
    coding_s: 5_400,
    pickup_s: 3_600,
    review_s: 3_600,
    merge_s: 7_200,
    deploy_s: 5_040,
    cycle_s: 17_640,
  };
  const merged = {
    merged_at: at('10:00'),
    stages,
    deployment: deployment({ deployment_id: 43, finished_at: at('11:24') }),
    baseline: null,
    offPath: false,
    shippedWith: [5, 6],
    revertedBy: null,
    attributionHours: 72,
    ...given,
  };
  return checkedPull({ about: { state: 'merged', merged_at: at('10:00') }, review: null, merged });
}

export function checkFacts(given: Partial<CheckFacts> = {}): CheckFacts {
  return {
    now: at('14:05'),
    repository: { full_name: 'acme/shop', tracked: true },
    settings: defaultSettings,
    fileProblem: null,
    openIncidents: [],
    repairs: false,
    pull: checkedPull(),
    quality: [],
    ...given,
  };
}
