import type { Trx } from '../../db/tenant.ts';
import { InvalidPayloadError } from '../errors.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';
import {
  type DefinitionChanges,
  getDefinition,
  lockDefinitions,
  type Place,
  saveDefinition,
  type VersionedDefinition,
} from './definition.ts';

/** What is given is set; null takes it back. */
export type DefinitionPatch = { readonly [K in keyof DefinitionChanges]?: DefinitionChanges[K] | null };

/** @throws InvalidPayloadError */
export function patchChanges(
  place: Place,
  { changes, patch }: { changes: DefinitionChanges; patch: DefinitionPatch },
): DefinitionChanges {
  if (place.repositoryId !== 0 && patch.time_zone) {
    throw new InvalidPayloadError('`time_zone` is of the organization: days and weeks are the same everywhere in it.');
  }
  const merged = Object.entries({ ...changes, ...patch }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(merged);
}

interface Change {
  readonly patch: DefinitionPatch;
  readonly actor: Actor;
  /** As in `acme/shop`. */
  readonly target: string;
  /** Throws when what is there is not what the caller has seen. */
  readonly check: (current: VersionedDefinition) => void;
}

/** @returns false when nothing is another than before */
export async function changeDefinition(trx: Trx, place: Place, change: Change): Promise<boolean> {
  const { patch, actor, target, check } = change;
  await lockDefinitions(trx, place.tenantId);
  const current = await getDefinition(trx, place);
  check(current);
  const { changes: before } = current;
  const after = patchChanges(place, { changes: before, patch });
  if (textOf(before) === textOf(after)) return false;
  await saveDefinition(trx, place, after);
  await recordAudit(trx, {
    tenantId: place.tenantId,
    actor,
    action: 'metric_definition.change',
    target,
    before,
    after,
  });
  return true;
}

/** Whatever the order of the settings: what is read from the database has another one. */
function textOf(changes: DefinitionChanges): string {
  return JSON.stringify(changes, sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
