import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { type CauseChanges, findCauseSources } from './cause-sources.ts';
import { type FoundFailures, refreshFailures } from './failures.ts';
import { refreshRework } from './rework.ts';

interface Asked {
  /** How long before a hotfix or an incident what it blames may have finished. */
  readonly hours: number;
  /** Since causes were looked at last. Undefined: all of them are looked at. */
  readonly changes: CauseChanges | undefined;
}

interface FoundCauses extends FoundFailures {
  /** How many rows differed. */
  readonly rework: number;
}

/** Finds which deployments failed, which repair another one, and why. */
export async function refreshCauses(trx: Trx, place: Place, { hours, changes }: Asked): Promise<FoundCauses> {
  const sources = changes && (await findCauseSources(trx, place, changes));
  const failures = await refreshFailures(trx, place, { hours, sources });
  return { ...failures, rework: await refreshRework(trx, place, sources) };
}
