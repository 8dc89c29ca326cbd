import { guidOf } from './identity.ts';
import { installationCreated, repositoriesAdded, repositoryCreated } from './installation-payloads.ts';
import type { PullRequestAtStep } from './merged-pull-requests.ts';
import { type Place } from './place.ts';
import { type PullRequestSize, pullRequestMerged, pullRequestOpened } from './pull-request-payloads.ts';
import { NO_SHA, push, pushedCommit } from './push-payload.ts';
import { releasePublished } from './release-payload.ts';
import { readSizes, readSteps, type Step } from './steps.ts';
import { pushTimes, type Story } from './story.ts';
import type { Tag } from './tags.ts';
import { Timeline } from './timeline.ts';

/** A webhook as GitHub would have sent it. */
export interface Webhook {
  readonly guid: string;
  readonly event: string;
  readonly payload: object;
}

export function countWebhooks({ history, pulls, tags }: Story): number {
  return 3 + history.steps.length + 2 * pulls.length + 2 * tags.length;
}

/** The webhooks of a story, in the order of their times. The GUIDs are the same each time. */
export async function* generateWebhooks(story: Story): AsyncGenerator<Webhook> {
  const { repository, history, pulls, tags, clone } = story;
  const times = pushTimes(history);
  const place: Place = { repository, branch: clone.branch, createdAt: times[0] ?? 0 };
  yield* beginning(place);

  const opened = new Timeline(pulls.map((pull) => ({ time: pull.createdAt, item: pull })));
  const tagged = new Timeline(tags.map((tag) => ({ time: tagTime(tag, story, times), item: tag })));
  const merged = new Map(pulls.map((pull) => [pull.step, pull]));
  const sizes = readSizes(story);
  try {
    let before = NO_SHA;
    for await (const step of readSteps(story)) {
      const time = times[step.step] ?? 0;
      for (const tag of tagged.takeUntil(time - 1)) yield* tagWebhooks(place, tag, story);
      for (const pull of opened.takeUntil(time)) yield openedWebhook(place, pull);
      yield pushWebhook(place, { step, before, time });
      const pull = merged.get(step.step);
      if (pull) yield mergedWebhook(place, pull, (await sizes.next()).value ?? null);
      before = step.head.id;
    }
    for (const tag of tagged.takeUntil(Number.POSITIVE_INFINITY)) yield* tagWebhooks(place, tag, story);
  } finally {
    await sizes.return(undefined);
  }
}

/** One installation for the org, whichever of its repositories is replayed first; then this repository joins it. */
function* beginning(place: Place): Generator<Webhook> {
  const { org, name } = keyOf(place);
  yield { guid: guidOf(org, 'installation.created'), event: 'installation', payload: installationCreated(place) };
  yield {
    guid: guidOf(org, name, 'installation_repositories.added'),
    event: 'installation_repositories',
    payload: repositoriesAdded(place),
  };
  yield { guid: guidOf(org, name, 'repository.created'), event: 'repository', payload: repositoryCreated(place) };
}

function pushWebhook(place: Place, { step, before, time }: { step: Step; before: string; time: number }): Webhook {
  const { org, name } = keyOf(place);
  const ref = `refs/heads/${place.branch}`;
  const after = step.head.id;
  return {
    guid: guidOf(org, name, 'push', ref, before, after),
    event: 'push',
    payload: push(place, { ref, before, after, commits: step.commits, headCommit: step.head, pushedAt: time }),
  };
}

function openedWebhook(place: Place, pull: PullRequestAtStep): Webhook {
  const { org, name } = keyOf(place);
  return {
    guid: guidOf(org, name, 'pull_request.opened', pull.number, pull.mergeCommitSha),
    event: 'pull_request',
    payload: pullRequestOpened(place, pull),
  };
}

function mergedWebhook(place: Place, pull: PullRequestAtStep, size: PullRequestSize | null): Webhook {
  const { org, name } = keyOf(place);
  return {
    guid: guidOf(org, name, 'pull_request.closed', pull.number, pull.mergeCommitSha),
    event: 'pull_request',
    payload: pullRequestMerged(place, pull, size),
  };
}

function* tagWebhooks(place: Place, tag: Tag, { taggedOnBranch, repository }: Story): Generator<Webhook> {
  const { org, name } = keyOf(place);
  const ref = `refs/tags/${tag.name}`;
  // A commit that the default branch does not have would be the only one that its history here does not explain.
  const headCommit = taggedOnBranch.has(tag.commit.sha) ? pushedCommit(tag.commit, repository) : null;
  yield {
    guid: guidOf(org, name, 'push', ref, NO_SHA, tag.object),
    event: 'push',
    payload: push(place, { ref, before: NO_SHA, after: tag.object, commits: [], headCommit, pushedAt: tag.time }),
  };
  yield {
    guid: guidOf(org, name, 'release.published', tag.name, tag.object),
    event: 'release',
    payload: releasePublished(place, tag),
  };
}

/** Not before the push of its commit, whatever the clocks said. */
function tagTime(tag: Tag, { history }: Story, times: Float64Array): number {
  const step = history.findStep(tag.commit.sha);
  return Math.max(tag.time, step === undefined ? 0 : (times[step] ?? 0));
}

function keyOf({ repository }: Place): { org: string; name: string } {
  return { org: repository.org.toLowerCase(), name: repository.name.toLowerCase() };
}
