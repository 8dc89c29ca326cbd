import fc from 'fast-check';

// What may happen to a repository in which things fail, as plain data: `failure-world.ts` has it happen.

/** As many of each; the ids of merges, which may be deployments, are the numbers of pull requests. */
export const counts = { pulls: 6, issues: 4, deployments: 7, commits: 8 } as const;

const one = (count: number) => fc.integer({ min: 1, max: count });
const pull = one(counts.pulls);
const issue = one(counts.issues).map((number) => number + 20);
const deployment = one(counts.deployments);
/** Few, so that some happen at once. */
const hour = fc.nat(30).map((count) => count * 4);
const commit = fc.nat(counts.commits - 1).map((number) => `a${number}`.repeat(20));
const branchCommit = pull.map((number) => `b${number}`.repeat(20));
const often = fc.integer({ min: 0, max: 3 }).map((number) => number > 0);
/** Whether it is told later than what comes after it. */
const late = fc.integer({ min: 0, max: 3 }).map((number) => number === 0);

const reference = fc.oneof(
  { weight: 4, arbitrary: pull.map((number) => `#${number}`) },
  { weight: 1, arbitrary: pull.map((number) => `acme/shop#${number}`) },
  { weight: 1, arbitrary: pull.map((number) => `acme/other#${number}`) },
);
/** What came before it has mostly been deployed before it, too. */
export const BEFORE = '#before';
const reverts = fc.oneof(fc.constant(BEFORE), fc.constant(BEFORE), reference).map((named) => `Reverts ${named}`);
const closes = issue.map((number) => `Fixes #${number}`);
const pullBody = fc.oneof(
  fc.constant(null),
  reverts,
  closes,
  fc.tuple(reverts, closes).map((lines) => lines.join('\n')),
  fc.tuple(closes, closes).map((lines) => lines.join(', ')),
  fc.tuple(reverts, reverts, reverts).map((lines) => lines.join('\n')),
);
const cause = fc.oneof(
  deployment.map((id) => `deployment ${id}`),
  reference,
  commit,
  branchCommit,
  commit.map((sha) => sha.slice(0, 9)),
);
const issueBody = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: cause.map((named) => `Caused by: ${named}`) },
);
const environment = fc.constantFrom('prod-eu', 'prod-eu', 'prod-eu', 'prod-us', 'staging');

/** What stays as it is, whatever is told of it. */
export const plan = fc.record({
  pulls: fc.array(fc.record({ opened: hour, open: hour, body: fc.oneof(reverts, pullBody), merged: often }), {
    minLength: counts.pulls,
    maxLength: counts.pulls,
  }),
  issues: fc.array(hour, { minLength: counts.issues, maxLength: counts.issues }),
  deployments: fc.array(
    // Null: the next one of the main branch.
    fc.record({ sha: fc.oneof(fc.constant(null), fc.constant(null), commit, commit, branchCommit), environment }),
    { minLength: counts.deployments, maxLength: counts.deployments },
  ),
  /** Of which commits the parents are told later. */
  gaps: fc.subarray([3, 5], { minLength: 0 }),
});

const toldPull = fc.record({
  kind: fc.constant('pull' as const),
  number: pull,
  merged: often,
  body: pullBody,
  labels: fc.constantFrom([], [], ['hotfix'], ['fast']),
  head_ref: fc.oneof(
    { weight: 3, arbitrary: fc.constant('topic') },
    { weight: 1, arbitrary: fc.constant('hotfix/now') },
    { weight: 1, arbitrary: pull.map((number) => `revert-${number}-topic`) },
  ),
  late,
});
const toldIssue = fc.record({
  kind: fc.constant('issue' as const),
  number: issue,
  labels: fc.constantFrom([], ['incident'], ['SEV1', 'ui'], ['bug']),
  body: issueBody,
  closed: fc.option(hour),
  late,
});
const deletedIssue = fc.record({ kind: fc.constant('deletedIssue' as const), number: issue, late });
const toldDeployment = fc.record({ kind: fc.constant('deployment' as const), id: deployment, late });
const toldStatus = fc.record({
  kind: fc.constant('status' as const),
  id: deployment,
  state: fc.constantFrom('success', 'success', 'failure', 'error', 'inactive'),
  hour,
  late,
});
const reported = fc.record({
  kind: fc.constant('reported' as const),
  name: fc.constantFrom('PD-1', 'PD-2'),
  opened: hour,
  closed: fc.option(hour),
  names_deployment: fc.option(deployment),
  names_pull: fc.option(pull),
  late,
});
const parents = fc.record({ kind: fc.constant('parents' as const) });

const mark = fc.record({
  kind: fc.constant('mark' as const),
  id: deployment,
  failed: fc.boolean(),
  recovered: fc.option(hour),
});
const unmark = fc.record({ kind: fc.constant('unmark' as const), id: deployment });
const incidentNumber = fc.oneof(
  { weight: 4, arbitrary: issue },
  { weight: 1, arbitrary: fc.constantFrom('PD-1', 'PD-2') },
);
const link = fc.record({
  kind: fc.constantFrom('link' as const, 'reject' as const, 'reject' as const, 'unlink' as const),
  id: deployment,
  incident: incidentNumber,
});
const definition = fc.record({
  kind: fc.constant('definition' as const),
  changes: fc.oneof(
    fc.constantFrom(1, 12, 72, 500).map((attribution_window_hours) => ({ attribution_window_hours })),
    fc.constantFrom('prod-eu', 'staging').map((name) => ({ production_environments: [name] })),
    fc.constantFrom('bug', 'sev*').map((label) => ({ incident_labels: [label] })),
    fc.constantFrom('fast', 'slow').map((label) => ({ hotfix_labels: [label], hotfix_branches: ['topic'] })),
    fc.constant({ deployment_source: { kind: 'merge' as const } }),
    fc.constant({}),
  ),
  ofRepository: fc.boolean(),
});
const pause = fc.record({ kind: fc.constantFrom('recompute' as const, 'tellLate' as const) });

const told = [toldPull, toldIssue, toldStatus];
export const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.oneof(...told) },
    { weight: 2, arbitrary: pause },
    { weight: 3, arbitrary: fc.oneof(link, link, mark, unmark) },
    { weight: 2, arbitrary: fc.oneof(toldDeployment, definition, deletedIssue, reported, parents) },
  ),
  { minLength: 8, maxLength: 30, size: 'max' },
);
export type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;
export type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;
