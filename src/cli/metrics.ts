import { z } from 'zod';
import { connect, type Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { ConfigError, NotFoundError } from '../errors.ts';
import { metricFilters, metricQueryOf, profileFilter } from '../http/api/metric-query.ts';
import { findOrg } from '../http/api/org-scope.ts';
import { type AnyMetricResult, anyMetricNames, queryAnyMetric } from '../metrics/query/any-metric.ts';
import type { Command, CommandInput, OptionValue } from './command.ts';
import { describeMetrics } from './metrics-result.ts';
import { openStoredData } from './stored-data.ts';

export const metricsCommand: Command = {
  summary: 'prints the delivery metrics of an organization',
  help: `Usage: npm run shiplog -- metrics ORG [OPTIONS]

Prints the delivery metrics of the last 90 days beside those of the 90 days before, with what is missing behind them.

  --repository NAME   only of this repository
  --team NAME         only of this team: its members, and its repositories, as they were then
  --environment NAME  only of this production environment
  --from TIME         the start of the window: a date such as 2026-01-01, or a time   (90 days before its end)
  --to TIME           its end, which is not in it                                     (now)
  --compare WINDOW    with what: previous, none, or such as 2025-01-01..2025-04-01    (previous)
  --time-zone ZONE    of dates and days, such as Europe/Berlin                        (the organization's)
  --profile NAME      beside them, what another tool would say, and why that differs: devlake, devlake-2021,
                      four-keys, middleware or datadog
  --json              one line of JSON on standard output, with all that explains the numbers
  --help              this text`,
  options: {
    repository: { type: 'string' },
    team: { type: 'string' },
    environment: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    compare: { type: 'string' },
    'time-zone': { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean' },
  },
  arguments: ['ORG'],
  run: runMetrics,
};

const metricOptions = z.object({ ...metricFilters, ...profileFilter });
type Filters = z.output<typeof metricOptions>;

async function runMetrics({ arguments: [org = ''], options, config }: CommandInput): Promise<number> {
  const filters = readFilters(options);
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 2 });
  try {
    const { metrics, timeZone } = await readMetrics(db, org, filters);
    console.log(options['json'] === true ? JSON.stringify({ org, metrics }) : describeMetrics(metrics, timeZone));
    return 0;
  } finally {
    await db.destroy();
    await database.close();
  }
}

/** The API's own filters, which have an underscore where options have a hyphen. */
function readFilters(options: Readonly<Record<string, OptionValue>>): Filters {
  const named = Object.entries(options).map(([name, value]) => [name.replace('-', '_'), value]);
  const parsed = metricOptions.safeParse(Object.fromEntries(named));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]).replace('_', '-');
  throw new ConfigError(`--${name} ${String(options[name])} ${issue?.message}.`);
}

async function readMetrics(db: Database, name: string, { profile, ...filters }: Filters) {
  const org = await findOrg(db, name);
  if (!org) throw new NotFoundError(`There is no organization "${name}" here. ${await listOrgs(db)}`);
  const repository = filters.repository?.replace(new RegExp(`^${org.login}/`, 'i'), '');
  return withTenant(db, org.tenant_id, async (trx) => {
    const query = await metricQueryOf(trx, org, { ...filters, repository });
    const metrics: AnyMetricResult[] = [];
    for (const metric of anyMetricNames) metrics.push(await queryAnyMetric(trx, { name: metric, profile }, query));
    return { metrics, timeZone: query.timeZone };
  });
}

async function listOrgs(db: Database): Promise<string> {
  const rows = await db.selectFrom('tenants').select('login').orderBy('login').limit(10).execute();
  if (rows.length === 0)
    return 'There is none: install the App, or replay a clone with `npm run shiplog -- replay PATH`.';
  return `Known here: ${rows.map(({ login }) => login).join(', ')}.`;
}
