import type { MappedEvent, WebhookEvent } from './event.ts';
import { findAccount, tenantFact } from './payload-account.ts';
import { mappers } from './registry.ts';

/**
 * Maps a webhook to facts of its tenant, or says why there are none.
 * @throws InvalidPayloadError when the payload is not of the event's shape
 */
export function mapEvent(event: WebhookEvent): MappedEvent {
  const mapper = Object.hasOwn(mappers, event.name) ? mappers[event.name] : undefined;
  if (!mapper) return ignore(`unknown event ${event.name}`);
  const account = findAccount(event);
  if (account && !isTenant(account.type)) return ignore(`an account of type ${account.type} is no tenant`);
  const facts = mapper(event);
  if (Object.keys(facts).length === 0) return ignore(`no facts in this ${event.name} event`);
  if (!account) return ignore(`no account in this ${event.name} event`);
  return { tenantId: account.id, facts: { ...facts, tenants: [tenantFact(account, event)] } };
}

function isTenant(type: string): boolean {
  return type === 'Organization' || type === 'User';
}

function ignore(ignored: string): MappedEvent {
  return { tenantId: null, ignored };
}
