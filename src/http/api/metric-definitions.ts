import type { z } from '@hono/zod-openapi';
import { leaveTenant, type Trx } from '../../../db/tenant.ts';
import { changeDefinition, patchChanges } from '../../metrics/change-definition.ts';
import { getDefinition, type VersionedDefinition, versionName } from '../../metrics/definition.ts';
import { type Preview, previewDefinition } from '../../metrics/preview.ts';
import { sendRecomputeMetrics } from '../../queue.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { patchRoute } from './change-route.ts';
import { definitionPatchSchema, metricDefinitionSchema } from './metric-definition-schema.ts';
import { requireMatch } from './if-match.ts';
import { inOrg } from './org-scope.ts';
import { booleanFilter, iso, orgParams } from './parameters.ts';
import { filteredRoute } from './route.ts';
import { findSettingsTarget, type SettingsTarget, settingsEtag, settingsRepository } from './settings-target.ts';

const tag = 'Metrics';
const path = '/api/v1/orgs/{org}/metric-definitions';
const repository = settingsRepository;

const get = filteredRoute({
  operationId: 'getMetricDefinition',
  path,
  tag,
  summary: 'Get what the metrics count',
  params: orgParams,
  filters: { repository },
  response: metricDefinitionSchema,
});

const patch = patchRoute({
  operationId: 'changeMetricDefinition',
  path,
  tag,
  summary: 'Change what the metrics count',
  description: 'Each setting that is given is set; null takes it back. What is derived is computed anew soon after.',
  params: orgParams,
  filters: {
    repository,
    preview: booleanFilter.openapi({
      type: 'boolean',
      description: 'True: saves nothing, and answers with the last 90 days under the changed definition beside today.',
    }),
  },
  request: definitionPatchSchema,
  response: metricDefinitionSchema,
});

export function addMetricDefinitions(api: Api, { db, queue }: ApiDeps): void {
  api.openapi(get, async (c) => {
    const { repository: name } = c.req.valid('query');
    const found = await inOrg(c, async (trx, org) => readDefinition(trx, await findSettingsTarget(trx, org, name)));
    c.header('etag', settingsEtag(found));
    return c.json(present(found), 200);
  });
  api.openapi(patch, async (c) => {
    const { repository: name, preview: isPreview = false } = c.req.valid('query');
    const changes = c.req.valid('json');
    const ifMatch = c.req.valid('header')['if-match'];
    if (isPreview) {
      const found = await inOrg(c, async (trx, org) => readDefinition(trx, await findSettingsTarget(trx, org, name)));
      requireMatch(ifMatch, settingsEtag(found));
      const patched = patchChanges(found.place, { changes: found.changes, patch: changes });
      return c.json(present(found, { changes: patched, ...(await previewDefinition(db, found.place, patched)) }), 200);
    }
    const saved = await inOrg(c, async (trx, org) => {
      const target = await findSettingsTarget(trx, org, name);
      const { place } = target;
      const isChanged = await changeDefinition(trx, place, {
        patch: changes,
        actor: actorOf(c),
        target: target.repository ?? org.login,
        check: (current) => requireMatch(ifMatch, settingsEtag({ ...current, ...target })),
      });
      const found = await readDefinition(trx, target);
      if (isChanged) {
        await leaveTenant(trx);
        await sendRecomputeMetrics(queue, trx, [place.tenantId]);
      }
      return found;
    });
    c.header('etag', settingsEtag(saved));
    return c.json(present(saved), 200);
  });
}

type Found = VersionedDefinition & SettingsTarget;

async function readDefinition(trx: Trx, target: SettingsTarget): Promise<Found> {
  return { ...(await getDefinition(trx, target.place)), ...target };
}

function present(
  { repository: name, version, savedAt, definition, changes }: Found,
  previewed?: Preview & Pick<Found, 'definition' | 'changes'>,
): z.infer<typeof metricDefinitionSchema> {
  return {
    repository: name,
    definition_version: versionName(version),
    saved_at: iso(savedAt),
    definition: previewed?.definition ?? definition,
    changes: previewed?.changes ?? changes,
    preview: previewed
      ? {
          window: { from: iso(previewed.window.from), to: iso(previewed.window.to) },
          metrics: [...previewed.metrics],
        }
      : null,
  };
}
