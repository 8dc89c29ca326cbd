import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { type CauseChanges, findCauseSources } from './cause-sources.ts';
import { refreshFailures } from './failures.ts';
import { refreshRework } from './rework.ts';

interface Asked {
  /** How long before a hotfix or an incident what it blames may have finished. */
  readonly hours: number;
  /** Since causes were looked at last. Undefined: all of them are looked at. */
  readonly changes: CauseChanges | undefined;
}

/** Finds which deployments failed, which repair another one, and why. */
export async function refreshCauses(trx: Trx, place: Place, { hours, changes }: Asked): Promise<void> {
  const sources = changes && (await findCauseSources(trx, place, changes));
  await refreshFailures(trx, place, { hours, sources });
  await refreshRework(trx, place, sources);
}
