import type { Fate } from './github/hook/hook.ts';
import type { StandIn } from './github/stand-in.ts';
import type { Person } from './github/truth/person.ts';
import type { Organization } from './github/truth/organization.ts';
import type { Repository } from './github/truth/repository.ts';

/** Something that happens at GitHub, and what becomes of its webhooks. */
export interface Happening {
  readonly kind: keyof typeof happenings;
  readonly fate: Fate;
  /** Picks the repository, the person and the thing. */
  readonly pick: number;
}

interface Place {
  readonly change: StandIn['change'];
  readonly repository: Repository;
  readonly person: Person;
  readonly pick: number;
}

const of = <Item>(items: readonly Item[], pick: number): Item | undefined => items[pick % Math.max(1, items.length)];

const happenings = {
  push: ({ change, repository, pick }: Place) => change.git.push(repository, { commits: (pick % 3) + 1 }),
  openPull: ({ change, repository, person }: Place) => change.pulls.openPullRequest(repository, { author: person }),
  pushToPull: async ({ change, repository, pick }: Place) => {
    const pull = openPull(repository, pick);
    if (pull) await change.pulls.pushToPull(repository, pull, { force: pick % 5 === 0 });
  },
  mergePull: async ({ change, repository, pick }: Place) => {
    const pull = openPull(repository, pick);
    if (pull) await change.pulls.merge(repository, pull);
  },
  closePull: async ({ change, repository, pick }: Place) => {
    const pull = openPull(repository, pick);
    if (pull) await change.pulls.closePullRequest(repository, pull);
  },
  labelPull: async ({ change, repository, pick }: Place) => {
    const pull = of(repository.pulls, pick);
    if (pull) await change.pulls.labelPull(repository, pull, `label-${pick % 7}`);
  },
  review: async ({ change, repository, person, pick }: Place) => {
    const pull = of(repository.pulls, pick);
    if (pull) await change.pulls.review(repository, pull, { author: person, state: 'APPROVED' });
  },
  dismissReview: async ({ change, repository, pick }: Place) => {
    const pull = repository.pulls.find(({ reviews }) => reviews.length > 0);
    const review = pull && of(pull.reviews, pick);
    if (pull && review) await change.pulls.dismissReview(repository, pull, review);
  },
  comment: async ({ change, repository, person, pick }: Place) => {
    const item = of([...repository.issues, ...repository.pulls], pick);
    if (item) await change.issues.comment(repository, item, person);
  },
  openIssue: ({ change, repository, person }: Place) =>
    change.issues.openIssue(repository, { author: person, labels: ['bug'] }),
  closeIssue: async ({ change, repository, pick }: Place) => {
    const issue = of(repository.issues, pick);
    if (issue && issue.closedAt === null) await change.issues.closeIssue(repository, issue);
  },
  reopenIssue: async ({ change, repository, pick }: Place) => {
    const issue = of(repository.issues, pick);
    if (issue && issue.closedAt !== null) await change.issues.reopenIssue(repository, issue);
  },
  /** As if its webhook were lost, whatever becomes of others. */
  deleteIssue: async ({ repository, pick }: Place) => {
    if (repository.issues.length > 0) repository.issues.splice(pick % repository.issues.length, 1);
    await Promise.resolve();
  },
  release: ({ change, repository }: Place) =>
    change.deliveries.release(repository, `v9.${repository.releases.length}.${repository.tags.length}`),
  deleteRelease: async ({ change, repository, pick }: Place) => {
    const release = of(repository.releases, pick);
    if (release) await change.deliveries.deleteRelease(repository, release);
  },
  deploy: ({ change, repository }: Place) => change.deliveries.deploy(repository),
  failDeployment: async ({ change, repository, pick }: Place) => {
    const deployment = of(repository.deployments, pick);
    if (deployment) await change.deliveries.setStatus(repository, deployment, 'failure');
  },
  runWorkflow: ({ change, repository }: Place) => change.deliveries.runWorkflow(repository),
  deleteBranch: async ({ change, repository, pick }: Place) => {
    const branch = of(
      [...repository.branches.keys()].filter((name) => name !== repository.defaultBranch),
      pick,
    );
    if (branch !== undefined) await change.git.deleteBranch(repository, branch);
  },
  archive: ({ change, repository }: Place) => change.repositories.archive(repository, !repository.archived),
  rename: ({ change, repository, pick }: Place) =>
    change.repositories.renameRepository(repository, `${repository.name.split('-').slice(0, 2).join('-')}-${pick}`),
  makePrivate: ({ change, repository }: Place) => change.repositories.setPrivate(repository, !repository.private),
};

export const happeningKinds = Object.keys(happenings) as (keyof typeof happenings)[];

function openPull(repository: Repository, pick: number) {
  return of(
    repository.pulls.filter(({ closedAt }) => closedAt === null),
    pick,
  );
}

/** Lets it happen; its webhooks go the way of its fate. */
export async function happen(
  { change, hook }: Pick<StandIn, 'change' | 'hook'>,
  organization: Organization,
  { kind, fate, pick }: Happening,
): Promise<void> {
  const repository = of(organization.repositories, pick);
  const person = of([...organization.members.keys()], pick);
  if (!repository || !person) return;
  hook.fate = () => fate;
  await happenings[kind]({ change, repository, person, pick });
}
