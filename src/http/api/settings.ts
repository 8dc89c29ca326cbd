import { z } from '@hono/zod-openapi';
import { leaveTenant, type Trx } from '../../../db/tenant.ts';
import { changeDefinition } from '../../metrics/change-definition.ts';
import {
  definitionSettings,
  getDefinition,
  lockDefinitions,
  type VersionedDefinition,
} from '../../metrics/definition.ts';
import { weekStarts } from '../../metrics/query/periods.ts';
import { sendRecomputeMetrics } from '../../queue.ts';
import {
  defaultSettings,
  getTenantSettings,
  saveTenantSettings,
  type TenantSettings,
  tenantSettings,
} from '../../tenancy/tenant-settings.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { patchRoute } from './change-route.ts';
import { requireMatch } from './if-match.ts';
import { inWholeOrg } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { readRoute } from './route.ts';

const tag = 'Settings';
const path = '/api/v1/orgs/{org}/settings';
const fields = tenantSettings.shape;

const settingsSchema = z
  .object({
    time_zone: z.string().openapi({ description: 'Of days and weeks; the same as in the metric definition.' }),
    week_start: z
      .enum(weekStarts)
      .openapi({ description: 'The first day of a week, in series and in numbers a week.' }),
    delivery_retention_days: z.int().nullable().openapi({
      description:
        'For how many days webhooks are kept once they are applied; null: for ever. Those that are held, or failed, stay.',
    }),
    audit_retention_days: z.int().nullable().openapi({
      description: 'For how many days entries of the audit log are kept; null: for ever.',
    }),
  })
  .openapi('Settings', { example: { time_zone: 'Europe/Berlin', ...defaultSettings } });

const patchSchema = z
  .strictObject({
    time_zone: definitionSettings.time_zone.nullable().optional(),
    week_start: fields.week_start.nullable().optional(),
    delivery_retention_days: fields.delivery_retention_days.optional(),
    audit_retention_days: fields.audit_retention_days.optional(),
  })
  .openapi('SettingsPatch', { example: { week_start: 'sunday', delivery_retention_days: 365 } });

const get = readRoute({
  operationId: 'getSettings',
  path,
  tag,
  summary: 'Get the settings',
  params: orgParams,
  response: settingsSchema,
});

const patch = patchRoute({
  operationId: 'changeSettings',
  path,
  tag,
  summary: 'Change the settings',
  description: 'Each setting that is given is set; null takes it back.',
  params: orgParams,
  filters: {},
  request: patchSchema,
  response: settingsSchema,
});

export function addSettings(api: Api, { queue }: Pick<ApiDeps, 'queue'>): void {
  api.openapi(get, async (c) => {
    const found = await inWholeOrg(c, (trx, { tenant_id }) => read(trx, tenant_id));
    c.header('etag', etagOf(found));
    return c.json(present(found), 200);
  });
  api.openapi(patch, async (c) => {
    const { time_zone, ...changes } = c.req.valid('json');
    const ifMatch = c.req.valid('header')['if-match'];
    const saved = await inWholeOrg(c, async (trx, { tenant_id: tenantId, login: target }) => {
      await lockDefinitions(trx, tenantId);
      const current = await read(trx, tenantId);
      requireMatch(ifMatch, etagOf(current));
      const actor = actorOf(c);
      const settings = merge(current.settings, changes);
      await saveTenantSettings(trx, tenantId, { settings, actor, target });
      const zone = time_zone === undefined ? {} : { time_zone };
      const change = { patch: zone, actor, target, check: () => {} };
      const isChanged = await changeDefinition(trx, { tenantId, repositoryId: 0 }, change);
      const found = await read(trx, tenantId);
      if (isChanged) {
        await leaveTenant(trx);
        await sendRecomputeMetrics(queue, trx, [tenantId]);
      }
      return found;
    });
    c.header('etag', etagOf(saved));
    return c.json(present(saved), 200);
  });
}

interface Found {
  readonly settings: TenantSettings;
  readonly version: number;
  readonly metrics: VersionedDefinition;
}

async function read(trx: Trx, tenantId: number): Promise<Found> {
  const metrics = await getDefinition(trx, { tenantId, repositoryId: 0 });
  return { ...(await getTenantSettings(trx, tenantId)), metrics };
}

type Patch = Omit<z.infer<typeof patchSchema>, 'time_zone'>;

function merge(before: TenantSettings, { week_start = before.week_start, ...patch }: Patch): TenantSettings {
  const {
    delivery_retention_days = before.delivery_retention_days,
    audit_retention_days = before.audit_retention_days,
  } = patch;
  return { week_start: week_start ?? defaultSettings.week_start, delivery_retention_days, audit_retention_days };
}

/** The time zone is saved with what the metrics count. */
function etagOf({ version, metrics }: Found): string {
  return `"${version}-${metrics.version}"`;
}

function present({ settings, metrics }: Found): z.infer<typeof settingsSchema> {
  return { time_zone: metrics.definition.time_zone, ...settings };
}
