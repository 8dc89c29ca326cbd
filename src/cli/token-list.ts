import { z } from 'zod';
import { requireArgument } from './actions.ts';
import type { CommandInput } from './command.ts';
import { findRunningShiplog } from './running-shiplog.ts';
import { shortTime, tableLines } from './table.ts';

/** What of a token is printed; the API tells more, which `--json` has. */
export const shownToken = z.looseObject({
  id: z.int(),
  name: z.string(),
  hint: z.string(),
  role: z.string(),
  scopes: z.array(z.string()),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  last_used_address: z.string().nullable(),
});

export async function listTokens({ arguments: [org], options, config }: CommandInput): Promise<number> {
  const name = requireArgument(org, 'Say of which organization: npm run shiplog -- token list ORG');
  const shiplog = await findRunningShiplog(config);
  const tokens = await shiplog.listAll(`/orgs/${encodeURIComponent(name)}/tokens`, shownToken);
  if (options['json'] === true) for (const token of tokens) console.log(JSON.stringify(token));
  else if (tokens.length === 0) console.log(`${name} has no tokens.`);
  else for (const line of describe(tokens)) console.log(line);
  return 0;
}

function describe(tokens: readonly z.infer<typeof shownToken>[]): string[] {
  const rows = tokens.map((token) => [
    String(token.id),
    token.name,
    `…${token.hint}`,
    token.role,
    token.scopes.join(' '),
    untilOf(token.expires_at),
    lastUseOf(token),
  ]);
  return tableLines(['id', 'name', 'token', 'role', 'scopes', 'expires (UTC)', 'last used (UTC)'], rows);
}

function untilOf(expiresAt: string | null): string {
  if (expiresAt === null) return 'never';
  return Date.parse(expiresAt) > Date.now() ? shortTime(expiresAt) : `expired ${shortTime(expiresAt)}`;
}

function lastUseOf({ last_used_at: at, last_used_address: address }: z.infer<typeof shownToken>): string {
  return at === null ? 'never' : `${shortTime(at)} from ${address ?? 'an unknown address'}`;
}
