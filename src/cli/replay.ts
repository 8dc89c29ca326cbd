import type { Destination } from '../replay/destination.ts';
import { replay, type ReplayObserver, type Stage } from '../replay/replay.ts';
import type { Story } from '../replay/story.ts';
import { countWebhooks } from '../replay/webhooks.ts';
import type { Command, CommandInput, OptionValue } from './command.ts';
import { formatCounted, Progress } from './progress.ts';
import { describeResult, isEqual, printCounts } from './replay-result.ts';

const DIFFERENT = 3;

export const replayCommand: Command = {
  summary: 'sends the history of a local git clone as signed webhooks',
  help: `Usage: npm run shiplog -- replay PATH [--org NAME] [--repository NAME] [--json]

Sends the history of the git clone at PATH to Shiplog, as the signed webhooks that GitHub would have sent: pushes
along the first parents of the default branch, merged pull requests ("Merge pull request #7 from …", "Title (#7)"),
and tags as releases. Parents, line counts and the commits of pull requests come from the clone itself. When
nothing answers at HOST:PORT, a Shiplog is started for the time of the replay.

Replaying the same clone again changes nothing; replaying one that has grown adds what is new.

  --org NAME         the organization to put it into   (the remote's owner, or "local")
  --repository NAME  the repository's name             (the remote's, or the folder's)
  --json             ends with one line of JSON on standard output:
                     deliveries, commits, authors, pull_requests_merged, releases, seconds
  --help             this text

Exit codes: 0 when Shiplog and git agree, 3 when they differ, 1 when something failed, 2 for a wrong option.`,
  options: { org: { type: 'string' }, repository: { type: 'string' }, json: { type: 'boolean' } },
  arguments: ['PATH'],
  run: runReplay,
};

async function runReplay({ arguments: [path = '.'], options, config, signal }: CommandInput): Promise<number> {
  const progress = new Progress(process.stderr);
  try {
    const result = await replay({
      config,
      path,
      org: asText(options['org']),
      repository: asText(options['repository']),
      observer: createObserver(progress),
      signal,
    });
    progress.finish();
    const text = describeResult(result, config);
    if (options['json'] === true) console.error(text);
    else console.log(text);
    if (options['json'] === true) console.log(printCounts(result));
    return isEqual(result) ? 0 : DIFFERENT;
  } catch (error) {
    progress.finish();
    if (signal.aborted) progress.note('Stopped. Run it again: it goes on where it stopped.');
    throw error;
  }
}

const labels: Readonly<Record<Stage, string>> = { sent: 'sent', applied: 'applied', detailed: 'details' };

function createObserver(progress: Progress): ReplayObserver {
  let webhooks = 0;
  let name = '';
  return {
    onRead: (story) => {
      webhooks = countWebhooks(story);
      name = `${story.repository.org}/${story.repository.name}`;
      for (const line of describeStory(story)) progress.note(line);
    },
    onDestination: (destination) => progress.note(describeDestination(destination, { webhooks, name })),
    onAway: (away) =>
      progress.note(away ? 'Shiplog does not answer. Trying again for a minute …' : 'Shiplog is back, going on.'),
    onProgress: ({ stage, done, total }) => progress.update({ label: labels[stage], done, total }),
  };
}

function describeStory({ clone, history, pulls, tags, otherTags }: Story): string[] {
  const counts = [
    formatCounted(history.commits, 'commit'),
    formatCounted(pulls.length, 'merged pull request'),
    formatCounted(tags.length, 'tag'),
  ].join(', ');
  const lines = [`Read ${clone.path}, branch ${clone.branch}: ${clone.tip ? counts : 'no commits yet'}.`];
  if (clone.boundary.size > 0) {
    lines.push('This is a shallow clone: what came before it is left out. "git fetch --unshallow" gets the rest.');
  }
  if (!clone.hasContents) {
    lines.push(
      'This clone has no file contents: lines can not be counted. "git fetch --refetch --no-filter" gets them.',
    );
  }
  if (otherTags.length > 0) lines.push(`Left out, since they lead to no commit: ${otherTags.slice(0, 10).join(', ')}.`);
  return lines;
}

function describeDestination(destination: Destination, { webhooks, name }: { webhooks: number; name: string }): string {
  const started = destination.reason ? `${destination.reason}: started one for the time of the replay.\n` : '';
  return `${started}Sending ${formatCounted(webhooks, 'webhook')} of ${name} to ${destination.url}.`;
}

function asText(option: OptionValue): string | undefined {
  return typeof option === 'string' ? option : undefined;
}
