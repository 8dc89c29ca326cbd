import { z } from 'zod';
import type { TenantFact } from '../facts/tenants.ts';
import type { WebhookEvent } from './event.ts';
import { parsePayload } from './parse-payload.ts';
import { id, name } from './payload-values.ts';

const account = z.object({ id, login: name.nullish(), type: z.string().nullish(), slug: z.string().nullish() });
const payload = z.object({
  installation: z.object({ account: account.nullish(), target_type: z.string().nullish() }).nullish(),
  repository: z.object({ owner: account.nullish() }).nullish(),
  organization: account.nullish(),
  account: account.nullish(),
  target_type: z.string().nullish(),
});

/** The account that an event belongs to: the one that installed the app. */
export interface PayloadAccount {
  readonly id: number;
  readonly login: string;
  readonly type: string;
}

/** @throws InvalidPayloadError */
export function findAccount(event: WebhookEvent): PayloadAccount | undefined {
  const { installation, repository, organization, account, target_type } = parsePayload(payload, event);
  const found = installation?.account ?? repository?.owner ?? organization ?? account;
  if (!found) return undefined;
  const target = installation?.account ? installation.target_type : found === account ? target_type : undefined;
  // Organizations by themselves have no `type`; an enterprise has a `slug` and no `login`.
  const type = found.type ?? target ?? (found.login ? 'Organization' : 'Enterprise');
  return { id: found.id, login: found.login ?? found.slug ?? '', type };
}

export function tenantFact({ login, type }: PayloadAccount, { receivedAt }: WebhookEvent): TenantFact {
  return { observed: { at: receivedAt, login, type } };
}
