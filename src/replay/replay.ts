import { sql } from 'kysely';
import { connect, type Database } from '../../db/connection.ts';
import { openDatabase } from '../../db/open-database.ts';
import type { Config } from '../config.ts';
import { ConfigError, ConflictError } from '../errors.ts';
import { recomputeTouched } from '../metrics/derive/recompute.ts';
import { openClone } from '../sync/git-clone.ts';
import { createGitCommitSource } from '../sync/git-commit-source.ts';
import { hydrateRepository } from '../sync/hydrate.ts';
import { countStored, countStory, type HistoryCounts } from './counts.ts';
import { type Destination, findOrStartShiplog } from './destination.ts';
import { orgId, type ReplayedRepository, repositoryId } from './identity.ts';
import { nameRepository } from './repository-name.ts';
import { sendWebhooks } from './send.ts';
import { type DeliveryStates, hasDelivery, waitUntilSettled } from './settle.ts';
import { readStory, type Story } from './story.ts';
import { countWebhooks, generateWebhooks, type Webhook } from './webhooks.ts';

export interface ReplayOptions {
  readonly config: Config;
  readonly path: string;
  readonly org: string | undefined;
  readonly repository: string | undefined;
  readonly observer: ReplayObserver;
  /** Ends the replay early; another one goes on where it stopped. */
  readonly signal: AbortSignal;
}

export type Stage = 'sent' | 'applied' | 'detailed';

/** Hears how the replay goes on. */
export interface ReplayObserver {
  onRead(story: Story): void;
  onDestination(destination: Destination): void;
  onAway(away: boolean): void;
  onProgress(progress: { stage: Stage; done: number; total: number }): void;
}

export interface ReplayResult {
  readonly repository: ReplayedRepository;
  readonly branch: string;
  readonly destination: Pick<Destination, 'url' | 'temporary' | 'lasting'>;
  readonly deliveries: DeliveryStates & { readonly accepted: number };
  readonly stored: HistoryCounts;
  readonly git: HistoryCounts;
  readonly seconds: number;
}

/**
 * Sends the history of a clone to Shiplog as signed webhooks, adds what webhooks lack, and counts what then stands
 * in the database.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const started = performance.now();
  const { config, path, observer } = options;
  const clone = await openClone(path);
  const story = await readStory(clone, await nameRepository(options));
  observer.onRead(story);

  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  const db = connect({ url: database.url, max: 4 });
  let destination: Destination | undefined;
  try {
    destination = await findOrStartShiplog(config);
    observer.onDestination(destination);
    await refuseTakenOrg(db, { story, destination, place: database.place });
    const result = await tell(db, { ...options, story, destination, place: database.place });
    return { ...result, seconds: Math.round((performance.now() - started) / 100) / 10 };
  } finally {
    // Everything is durable by now: what does not close in time ends with the process.
    await destination?.stop().catch(() => {});
    await db.destroy();
    await database.close();
  }
}

interface Telling extends ReplayOptions {
  readonly story: Story;
  readonly destination: Destination;
  /** Of the database. */
  readonly place: string;
}

async function tell(db: Database, telling: Telling): Promise<Omit<ReplayResult, 'seconds'>> {
  const { story, destination } = telling;
  const { repository, clone } = story;
  const { guids, accepted } = await send(db, telling);
  const settled = await waitUntilSettled(db, {
    guids,
    onProgress: (done) => report(telling, { stage: 'applied', done, total: guids.length }),
  });
  const place = { tenantId: orgId(repository), repositoryId: repositoryId(repository) };
  await hydrateRepository(db, place, {
    source: createGitCommitSource(story),
    onProgress: (done, total) => report(telling, { stage: 'detailed', done, total }),
  });
  await recomputeTouched(db, place.tenantId, { signal: telling.signal });
  return {
    repository,
    branch: clone.branch,
    destination,
    deliveries: { ...settled, accepted },
    stored: await countStored(db, { ...place, branch: clone.branch }),
    git: countStory(story),
  };
}

async function send(db: Database, telling: Telling): Promise<{ guids: string[]; accepted: number }> {
  const { story, destination, observer } = telling;
  const total = countWebhooks(story);
  const guids: string[] = [];
  let accepted = 0;
  const options = {
    webhookUrl: destination.webhookUrl,
    secret: destination.secret,
    onAway: (away: boolean) => observer.onAway(away),
    onSent: ({ guid, status }: { guid: string; status: string }) => {
      guids.push(guid);
      if (status === 'accepted') accepted += 1;
      report(telling, { stage: 'sent', done: guids.length, total });
    },
    signal: telling.signal,
  };
  const webhooks = generateWebhooks(story);
  // The first one alone: it shows whether what is sent arrives in the database that is looked at here.
  const first = await webhooks.next();
  if (!first.done) {
    await sendWebhooks(only(first.value), options);
    if (!(await hasDelivery(db, first.value.guid))) throw otherDatabaseError(telling);
  }
  await sendWebhooks(webhooks, options);
  return { guids, accepted };
}

async function* only(webhook: Webhook): AsyncGenerator<Webhook> {
  yield webhook;
}

function report({ observer, signal }: ReplayOptions, progress: { stage: Stage; done: number; total: number }): void {
  signal.throwIfAborted();
  observer.onProgress(progress);
}

/** A replay makes an org of its own; one that is connected to GitHub has another id and must not be mixed with it. */
async function refuseTakenOrg(db: Database, telling: Pick<Telling, 'story' | 'destination' | 'place'>): Promise<void> {
  const { repository } = telling.story;
  const migrated = await sql`select 1 where to_regclass('tenants') is not null`.execute(db);
  if (migrated.rows.length === 0) throw otherDatabaseError(telling);
  const { rows } = await sql`
    select from tenants where lower(login) = ${repository.org.toLowerCase()} and tenant_id <> ${orgId(repository)}`.execute(
    db,
  );
  if (rows.length === 0) return;
  throw new ConflictError(
    `The organization ${repository.org} is here already, connected to GitHub. Name another one for the replay: --org NAME`,
  );
}

function otherDatabaseError({ destination, place }: Pick<Telling, 'destination' | 'place'>): ConfigError {
  return new ConfigError(
    `The Shiplog at ${destination.url} keeps its data in another database than the one found here (${place}). ` +
      'Run the replay with the DATABASE_URL or the SHIPLOG_DATA_DIR that this Shiplog was started with.',
  );
}
