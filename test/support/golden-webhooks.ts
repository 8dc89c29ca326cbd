import type { Facts } from '../../src/facts/facts.ts';
import { deploymentPayload, deploymentStatusPayload } from './delivery-payloads.ts';
import { accountOf, emailOf, type Golden, goldenRepository as repository } from './golden.ts';
import { commitPayload, pushPayload, sha } from './payloads.ts';
import { factsOf } from './webhook-event.ts';
import { issuePayload, pullRequestPayload, reviewPayload } from './work-payloads.ts';

/** The example as the facts of the webhooks that GitHub would have sent. */
export function goldenWebhooks(golden: Golden): Facts[] {
  return [
    ...golden.commits.map((commit) => factsOf('push', pushOf(commit, golden))),
    ...golden.pulls.flatMap(pullEvents),
    ...golden.issues.flatMap(issueEvents),
    ...golden.deployments.flatMap(deploymentEvents),
  ];
}

function pushOf({ sha: name, parents, author, committed_at }: Golden['commits'][number], golden: Golden) {
  const sender = accountOf(author);
  const person = { name: author, email: emailOf(author), username: author };
  return pushPayload({
    repository: { ...repository, defaultBranch: golden.repository.default_branch },
    sender,
    before: sha(parents[0] ?? 'none'),
    commits: [commitPayload({ id: sha(name), timestamp: committed_at, author: person })],
    pushedAt: committed_at,
  });
}

function pullEvents(pull: Golden['pulls'][number]): Facts[] {
  const { created_at: createdAt, ready_at, merged_at, labels, title, body, number } = pull;
  const author = accountOf(pull.author);
  const about = {
    number,
    title,
    body,
    labels,
    author,
    createdAt,
    headRef: pull.head_ref,
    headSha: sha(`head ${number}`),
  };
  const event = (action: string, change: object) =>
    factsOf('pull_request', pullRequestPayload({ action, repository, sender: author, pull: { ...about, ...change } }));
  const draft = ready_at !== undefined;
  const merge = { mergedAt: merged_at ?? null, ...(pull.merge_sha && { mergeCommitSha: sha(pull.merge_sha) }) };
  return [
    event('opened', { draft, updatedAt: createdAt }),
    ...(draft ? [event('ready_for_review', { updatedAt: ready_at })] : []),
    ...pull.reviews.map(({ author: reviewer, state, submitted_at: submittedAt }, index) => {
      const review = { id: number * 100 + index + 1, author: accountOf(reviewer), state, submittedAt };
      return factsOf(
        'pull_request_review',
        reviewPayload({ repository, review, pull: { ...about, draft: draft && submittedAt < ready_at } }),
      );
    }),
    ...(merged_at ? [event('closed', merge)] : []),
  ];
}

function issueEvents(issue: Golden['issues'][number]): Facts[] {
  const { number, title, body, labels, created_at: createdAt, closed_at: closedAt } = issue;
  const about = { number, title, body, labels, createdAt };
  const opened = factsOf('issues', issuePayload({ action: 'opened', repository, issue: about }));
  if (closedAt === null) return [opened];
  return [opened, factsOf('issues', issuePayload({ action: 'closed', repository, issue: { ...about, closedAt } }))];
}

function deploymentEvents({ statuses, ...options }: Golden['deployments'][number]): Facts[] {
  const { id, environment, production_environment: production } = options;
  const createdAt = statuses[0]?.at ?? '';
  const deployment = {
    id,
    environment,
    sha: sha(options.sha),
    createdAt,
    ...(production !== undefined && { production }),
  };
  return [
    factsOf('deployment', deploymentPayload({ repository, deployment })),
    ...statuses.map(({ state, at }, index) =>
      factsOf(
        'deployment_status',
        deploymentStatusPayload({ repository, deployment, status: { id: id * 100 + index, state, createdAt: at } }),
      ),
    ),
  ];
}
