const statistics = {
  shiplog: 'The median; between two values their middle.',
  lower_median: 'The lower median: of an even number of values the lesser of the two in the middle.',
  mean: 'The mean: a few long ones raise it.',
};

const finishes = {
  shiplog: 'A deployment finishes with its first success; with none, its first failure.',
  last_success: 'A deployment finishes with its latest success: one that is told again moves it.',
  start_of_run: 'A deployment counts from the start of its workflow run, not from the end.',
};

const blames = {
  shiplog:
    'A deployment failed that has a cause: its status, a rollback, a revert, a hotfix, an incident, or the word of a person. Without a name, only what finished within the attribution window is blamed.',
  last_success:
    'An incident blames the last success before it in all that is asked for, however long ago that was. Nothing else is a failure.',
  until_next:
    'A deployment failed when an incident opened, or a pull request was merged that was reverted later, before the next deployment of all that is asked for.',
  root_cause:
    'An issue labelled `Incident`, written so, blames the commit that its body names after `root cause: `. Nothing else is a failure.',
  remediation:
    'A deployment failed that another one repairs: one of a commit that was deployed before (what came first after that commit is blamed), of a revert (what shipped the reverted one), or of a hotfix (the one before).',
};

/** What may be set of each metric, and what each choice means. `shiplog` is how it is done unless a profile says more. */
export const choices = {
  'deployment-frequency': {
    statistic: {
      shiplog: 'Successful deployments, divided by the days of the window.',
      whole_per_day: 'The same, rounded down to a whole number: less than one a day is 0.',
      days_per_week: 'The lower median over the weeks of the days that have a deployment.',
    },
    deployments: {
      shiplog: 'Every successful deployment to production.',
      of_a_push: 'Those whose commit was the head of a push.',
    },
    finish: finishes,
  },
  'lead-time': {
    unit: {
      shiplog: 'A change: a merged pull request, or a commit that belongs to none.',
      merged_pull_request: 'A merged pull request; commits that belong to none do not count.',
      commit: 'A commit that is no merge, also one within a pull request.',
      pushed_commit: 'A commit of a push, also one within a pull request.',
    },
    link: {
      shiplog: 'The first deployment that reaches it, once over all environments; the first of a chain ships nothing.',
      first_of_repository:
        'The first deployment that reaches its merge; the first deployment of a repository ships nothing.',
      each_environment:
        'The first deployment of each environment that reaches it; nothing of the first one, after a gap of more than 60 days, or of more than 5,000 commits at once.',
      push_of_head:
        'The deployments of the head of the push with which it came; what came by earlier pushes is left out.',
      branch_and_time:
        'The first deployment of the branch that it was merged to, after the merge. No commit is compared.',
    },
    span: {
      shiplog: 'From the first commit, or the opening where that is earlier, to the finish.',
      three_parts:
        'First commit to opening, opening to merge, merge to finish: each rounded up to minutes, and added; a negative one is left out.',
      five_stages:
        'First commit to opening, ready to first review, to first approval, to merge, to deployment, added; what is not known is 0.',
      authored: 'From the time at which the commit was authored to the finish.',
      committed: 'From the time of the commit to the finish, in whole minutes; 0 and less is left out.',
    },
    statistic: statistics,
    window: {
      shiplog: 'What was deployed in the window.',
      merged: 'What was merged in the window, and deployed whenever.',
    },
    bots: { shiplog: 'Work of bots is left out, unless a setting counts it.', counted: 'Work of bots counts.' },
    finish: finishes,
  },
  'change-fail-rate': {
    blame: blames,
    numerator: {
      shiplog: 'Failed deployments; one with several causes counts once.',
      incidents: 'Incidents, each as often as a deployment has its commit: the rate may pass 100 %.',
    },
    denominator: {
      shiplog: 'Finished deployments, successes and failures.',
      successes: 'Successful deployments.',
      of_a_push: 'Successful deployments whose commit was the head of a push.',
    },
    finish: finishes,
  },
  'recovery-time': {
    unit: { shiplog: 'A failed deployment.', incident: 'An incident.' },
    blame: blames,
    incidents: {
      shiplog: 'Issues with a label of incidents, and reported ones.',
      with_reverts: 'The same, and reverted pull requests: from the merge of one to the merge of its revert.',
      labelled_incident: 'Issues labelled `Incident`, written so.',
    },
    start: {
      shiplog: 'From the finish of the deployment.',
      opening: 'From the opening of the incident.',
      earlier: 'From the opening of the incident, or from the deployment of what it names, whichever is earlier.',
    },
    end: {
      shiplog: 'To the earliest recovery of any of its causes.',
      close: 'To the close of the incident.',
      repair: 'To the finish of the first deployment that repairs it.',
    },
    rounding: {
      shiplog: 'To the second.',
      minutes: 'Rounded down to minutes.',
      hours: 'Rounded down to hours: less than one is 0.',
    },
    statistic: statistics,
    window: {
      shiplog: 'What was deployed in the window.',
      closed: 'What was closed in the window.',
      closed_and_deployed: 'What was closed in the window, and blames a deployment of it.',
      started: 'What started in the window.',
    },
    finish: finishes,
  },
} as const;

export type ProfiledMetric = keyof typeof choices;

type Choices<M extends ProfiledMetric> = (typeof choices)[M];

/** What differs from Shiplog's own way. */
export type SettingsOf<M extends ProfiledMetric> = {
  readonly [S in keyof Choices<M>]?: Exclude<keyof Choices<M>[S], 'shiplog'>;
};

/** No other tool counts changes as Shiplog does. */
export type LeadTimeSettings = SettingsOf<'lead-time'> &
  Required<Pick<SettingsOf<'lead-time'>, 'unit' | 'link' | 'span'>>;

export function isProfiled(name: string): name is ProfiledMetric {
  return Object.hasOwn(choices, name);
}
