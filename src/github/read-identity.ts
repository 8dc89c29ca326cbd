import { z } from 'zod';
import { ForbiddenError, NotFoundError } from '../errors.ts';
import type { AppClient } from './github.ts';

/** A person as GitHub says who they are, and what of the App's they may access. */
export interface GitHubIdentity {
  readonly userId: number;
  readonly login: string;
  readonly name: string | null;
  /** Of which GitHub has verified that they are theirs. */
  readonly emails: readonly string[];
  /** The accounts that have the App installed, and that GitHub lets the person access. */
  readonly tenantIds: readonly number[];
}

const user = z.object({ id: z.int(), login: z.string(), name: z.string().nullish(), email: z.string().nullish() });
const emails = z.array(z.object({ email: z.string(), verified: z.boolean() }));
const installations = z.object({
  installations: z.array(z.object({ account: z.object({ id: z.int() }).nullable() })),
});

/** @param client the person's own: GitHub itself says what they may access, whatever their browser says */
export async function readIdentity(client: AppClient): Promise<GitHubIdentity> {
  const { id: userId, login, name, email } = await client.rest({ route: 'GET /user', data: user });
  const tenantIds = new Set<number>();
  for await (const page of client.restPages({ route: 'GET /user/installations', data: installations })) {
    for (const { account } of page.installations) if (account) tenantIds.add(account.id);
  }
  return {
    userId,
    login,
    name: name ?? null,
    emails: (await readVerifiedEmails(client)) ?? (email ? [email] : []),
    tenantIds: [...tenantIds],
  };
}

/** Undefined where the App may not read them; the public one, which is verified, is then all there is. */
async function readVerifiedEmails(client: AppClient): Promise<string[] | undefined> {
  try {
    const all: string[] = [];
    for await (const page of client.restPages({ route: 'GET /user/emails', data: emails })) {
      all.push(...page.filter(({ verified }) => verified).map(({ email }) => email));
    }
    return all;
  } catch (error) {
    if (error instanceof ForbiddenError || error instanceof NotFoundError) return undefined;
    throw error;
  }
}
