import { sql } from 'kysely';
import { connect, type Database } from '../../db/connection.ts';
import { openDatabase } from '../../db/open-database.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { ConfigError, NotFoundError } from '../errors.ts';
import { getTimeZone } from '../metrics/definition.ts';
import { windowBefore, windowOf } from '../metrics/query/window.ts';
import { metricNames } from '../metrics/query/metrics.ts';
import { type MetricResult, queryMetric } from '../metrics/query/query-metric.ts';
import type { Command, CommandInput, OptionValue } from './command.ts';
import { describeMetrics } from './metrics-result.ts';

export const metricsCommand: Command = {
  summary: 'prints the delivery metrics of an organization',
  help: `Usage: npm run shiplog -- metrics ORG [--repository NAME] [--environment NAME] [--from DATE] [--to DATE] [--json]

Prints the delivery metrics of the last 90 days beside those of the 90 days before, with what is missing behind them.

  --repository NAME   only of this repository
  --environment NAME  only of this production environment
  --from DATE         the start of the window, such as 2026-01-01   (90 days before its end)
  --to DATE           its end                                       (now)
  --json              one line of JSON on standard output, with all that explains the numbers
  --help              this text`,
  options: {
    repository: { type: 'string' },
    environment: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    json: { type: 'boolean' },
  },
  arguments: ['ORG'],
  run: runMetrics,
};

async function runMetrics({ arguments: [org = ''], options, config }: CommandInput): Promise<number> {
  const window = windowOf({ from: timeOf(options['from']), to: timeOf(options['to']) });
  if (window.from >= window.to) throw new ConfigError('--from is not before --to.');
  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  const db = connect({ url: database.url, max: 2 });
  try {
    const results = await readMetrics(db, { org, window, ...textsOf(options) });
    console.log(options['json'] === true ? JSON.stringify({ org, metrics: results }) : describeMetrics(results));
    return 0;
  } finally {
    await db.destroy();
    await database.close();
  }
}

function timeOf(option: OptionValue): Date | undefined {
  if (typeof option !== 'string') return undefined;
  const time = new Date(option);
  if (Number.isNaN(time.getTime())) throw new ConfigError(`"${option}" is not a date such as 2026-01-01.`);
  return time;
}

function textsOf(options: CommandInput['options']) {
  const { repository, environment } = options;
  return {
    repository: typeof repository === 'string' ? repository : undefined,
    environment: typeof environment === 'string' ? environment : undefined,
  };
}

interface Asked {
  readonly org: string;
  readonly repository: string | undefined;
  readonly environment: string | undefined;
  readonly window: { readonly from: Date; readonly to: Date };
}

async function readMetrics(db: Database, { org, repository, environment, window }: Asked): Promise<MetricResult[]> {
  const { rows } = await sql<{ tenant_id: number }>`
    select tenant_id from tenants where lower(login) = lower(${org}) order by observed_at desc limit 1`.execute(db);
  const tenantId = rows[0]?.tenant_id;
  if (tenantId === undefined) throw new NotFoundError(`There is no organization "${org}" here.`);
  return withTenant(db, tenantId, async (trx) => {
    const repositoryId =
      repository === undefined ? undefined : await findRepository(trx, { tenantId, name: repository });
    const timeZone = await getTimeZone(trx, tenantId);
    const results: MetricResult[] = [];
    for (const name of metricNames) {
      const scope = { tenantId, repositoryId, environment, timeZone, ...window };
      results.push(await queryMetric(trx, name, { ...scope, step: 'week', compare: windowBefore(window) }));
    }
    return results;
  });
}

async function findRepository(trx: Trx, { tenantId, name }: { tenantId: number; name: string }): Promise<number> {
  const { rows } = await sql<{ repository_id: number }>`
    select repository_id from repositories
    where tenant_id = ${tenantId} and deleted_at is null and lower(${name}) in (lower(full_name), lower(split_part(full_name, '/', 2)))
    order by named_at desc limit 1`.execute(trx);
  if (!rows[0]) throw new NotFoundError(`There is no repository "${name}" here.`);
  return rows[0].repository_id;
}
