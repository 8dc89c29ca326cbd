import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, CommandInput } from './command.ts';
import { formatCount, formatCounted, Progress } from './progress.ts';
import { findRunningShiplog, type RunningShiplog } from './running-shiplog.ts';
import { describeProgress, type OrgProgress, orgProgress, type StartedSync, startedSync } from './sync-progress.ts';

const INCOMPLETE = 3;
const FAILED = 1;
const POLL_MS = 1_000;

export const syncCommand: Command = {
  summary: "reads an organization's history from GitHub",
  help: `Usage: npm run shiplog -- sync ORG [--repository NAME …] [--follow] [--json]

Asks the running Shiplog to read the history of ORG from GitHub: of all repositories that the app may see, or of
those that are named. What is stored stays, what runs already is not started twice, and whoever asks again after an
interruption has it go on. An installation has its history read by itself; this is for when something was missing.

  --repository NAME  only this repository; may be given several times
  --follow           shows how far it is, until it has ended
  --json             ends with one line of JSON on standard output:
                     id, state, done, total, incomplete
  --help             this text

Exit codes: 0 when it was asked for, or has ended; 3 when not everything could be read, 1 when something failed,
2 for a wrong option.`,
  options: {
    repository: { type: 'string', multiple: true },
    follow: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  arguments: ['ORG'],
  run: runSync,
};

async function runSync({ arguments: [org = ''], options, config, signal }: CommandInput): Promise<number> {
  const shiplog = await findRunningShiplog(config);
  const repositories = Array.isArray(options['repository']) ? options['repository'] : undefined;
  const path = `/orgs/${encodeURIComponent(org)}/sync`;
  const sync = await shiplog.call(
    { method: 'POST', path, body: { ...(repositories && { repositories }) } },
    startedSync,
  );
  const of = sync.repositories?.join(', ') ?? 'all repositories';
  console.error(`Sync ${sync.id} of ${org} (${sync.reason}): ${of}.`);
  const follow = options['follow'] === true;
  const progress = follow
    ? await followSync(shiplog, { path, sync, signal })
    : await shiplog.call({ method: 'GET', path }, orgProgress);
  if (!follow) console.error(`It goes on by itself. To see how far it is: ${shiplog.url}/api/v1${path}`);
  const result = { id: sync.id, state: stateOf(progress, sync), ...summaryOf(progress) };
  if (options['json'] === true) console.log(JSON.stringify(result));
  return follow ? conclude(progress, result) : 0;
}

interface Followed {
  readonly path: string;
  readonly sync: StartedSync;
  readonly signal: AbortSignal;
}

async function followSync(shiplog: RunningShiplog, { path, sync, signal }: Followed): Promise<OrgProgress> {
  const bar = new Progress(process.stderr);
  try {
    for (;;) {
      const progress = await shiplog.call({ method: 'GET', path }, orgProgress);
      bar.update(describeProgress(progress));
      if (stateOf(progress, sync) !== 'running' || progress.state === 'suspended') return progress;
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    bar.finish();
    if (signal.aborted) bar.note(`The sync goes on. To stop it: DELETE ${shiplog.url}/api/v1${path}/${sync.id}`);
  }
}

function stateOf({ syncs }: OrgProgress, { id }: StartedSync): StartedSync['state'] {
  // Only the latest are listed: one that is not has ended long ago.
  return syncs.find((sync) => sync.id === id)?.state ?? 'done';
}

function summaryOf({ done, total, repositories }: OrgProgress) {
  const incomplete = repositories.flatMap(({ repository, entities }) =>
    entities.flatMap(({ entity, state, error, action }) =>
      state === 'failed' || state === 'forbidden' ? [{ repository, entity, state, error, action }] : [],
    ),
  );
  return { done, total, incomplete };
}

type Result = { readonly state: StartedSync['state'] } & ReturnType<typeof summaryOf>;

function conclude(progress: OrgProgress, { state, done, incomplete }: Result): number {
  if (progress.state === 'suspended') {
    console.error(progress.action ?? 'The app is suspended.');
    return FAILED;
  }
  console.error(`${state === 'cancelled' ? 'Cancelled' : 'Done'}: ${formatCount(done)} items.`);
  if (incomplete.length === 0) return state === 'failed' ? INCOMPLETE : 0;
  console.error(`${formatCounted(incomplete.length, 'list')} could not be read:`);
  for (const { repository, entity, error, action } of incomplete) {
    console.error(`  ${repository}, ${entity}: ${error ?? 'no reason given'}\n    ${action ?? ''}`);
  }
  return INCOMPLETE;
}
