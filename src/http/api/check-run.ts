import type { z } from '@hono/zod-openapi';
import { leaveTenant, type Trx } from '../../../db/tenant.ts';
import { changeSettings, listConcerned } from '../../checks/change-settings.ts';
import { getSettings, type VersionedSettings } from '../../checks/settings.ts';
import { sendCheckRuns } from '../../queue.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { patchRoute } from './change-route.ts';
import { checkRunPatchSchema, checkRunSettingsSchema } from './check-run-schema.ts';
import { requireMatch } from './if-match.ts';
import { inOrg } from './org-scope.ts';
import { iso, orgParams } from './parameters.ts';
import { filteredRoute } from './route.ts';
import { findSettingsTarget, type SettingsTarget, settingsEtag, settingsRepository } from './settings-target.ts';

const tag = 'Pull requests';
const path = '/api/v1/orgs/{org}/check-run';

const get = filteredRoute({
  operationId: 'getCheckRunSettings',
  path,
  tag,
  summary: 'Get what check runs say and hold against a merge',
  params: orgParams,
  filters: { repository: settingsRepository },
  response: checkRunSettingsSchema,
});

const patch = patchRoute({
  operationId: 'changeCheckRunSettings',
  path,
  tag,
  summary: 'Change what check runs say and hold against a merge',
  description: 'Each setting that is given is set; null takes it back. Open pull requests follow at once.',
  params: orgParams,
  filters: { repository: settingsRepository },
  request: checkRunPatchSchema,
  response: checkRunSettingsSchema,
});

export function addCheckRunSettings(api: Api, { queue }: Pick<ApiDeps, 'queue'>): void {
  api.openapi(get, async (c) => {
    const { repository } = c.req.valid('query');
    const found = await inOrg(c, async (trx, org) => readSettings(trx, await findSettingsTarget(trx, org, repository)));
    c.header('etag', settingsEtag(found));
    return c.json(present(found), 200);
  });
  api.openapi(patch, async (c) => {
    const { repository } = c.req.valid('query');
    const changes = c.req.valid('json');
    const ifMatch = c.req.valid('header')['if-match'];
    const saved = await inOrg(c, async (trx, org) => {
      const target = await findSettingsTarget(trx, org, repository);
      const isChanged = await changeSettings(trx, target.place, {
        patch: changes,
        actor: actorOf(c),
        target: target.repository ?? org.login,
        check: (current) => requireMatch(ifMatch, settingsEtag({ ...current, ...target })),
      });
      const found = await readSettings(trx, target);
      if (isChanged) {
        const heads = await listConcerned(trx, target.place);
        await leaveTenant(trx);
        await sendCheckRuns(queue, trx, heads, { startAfter: new Date() });
      }
      return found;
    });
    c.header('etag', settingsEtag(saved));
    return c.json(present(saved), 200);
  });
}

type Found = VersionedSettings & SettingsTarget;

async function readSettings(trx: Trx, target: SettingsTarget): Promise<Found> {
  return { ...(await getSettings(trx, target.place)), ...target };
}

function present({ repository, version, savedAt, settings, changes }: Found): z.infer<typeof checkRunSettingsSchema> {
  return { repository, version, saved_at: iso(savedAt), settings, changes };
}
