import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { findAccount, tenantFact } from './payload-account.ts';
import { contributorFacts, user } from './payload-user.ts';

const payload = z.object({ sender: user.nullish() });

/** The account that installed the app was renamed. */
export function mapInstallationTarget(event: WebhookEvent): Facts {
  const { sender } = parsePayload(payload, event);
  const account = findAccount(event);
  return mergeFacts(contributorFacts(event, [sender]), { tenants: account ? [tenantFact(account, event)] : [] });
}
