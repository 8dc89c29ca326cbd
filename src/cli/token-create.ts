import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { requireArgument } from './actions.ts';
import type { CommandInput, OptionValue } from './command.ts';
import { findRunningShiplog } from './running-shiplog.ts';
import { shownToken } from './token-list.ts';
import { shortTime } from './table.ts';

const issued = shownToken.extend({ token: z.string() });
const USAGE = 'Say for which organization, and what it is for: npm run shiplog -- token create ORG NAME';

export async function createToken({ arguments: [org, name], options, config }: CommandInput): Promise<number> {
  const path = `/orgs/${encodeURIComponent(requireArgument(org, USAGE))}/tokens`;
  const { role, scope, days } = options;
  const body = {
    name: requireArgument(name, USAGE),
    scopes: Array.isArray(scope) ? scope : ['read'],
    ...(role !== undefined && { role }),
    ...(days !== undefined && { expires_in_days: daysOf(days) }),
  };
  const shiplog = await findRunningShiplog(config);
  const token = await shiplog.call({ method: 'POST', path, body }, issued);
  if (options['json'] === true) {
    console.log(JSON.stringify(token));
    return 0;
  }
  const until = token.expires_at === null ? 'does not expire' : `expires ${shortTime(token.expires_at)} UTC`;
  console.error(`Token ${token.id} of ${org}, "${token.name}": ${token.role}, ${token.scopes.join(' ')}; ${until}.`);
  console.error('Keep it now: nobody can see it again.');
  console.log(token.token);
  return 0;
}

function daysOf(given: OptionValue): number | null {
  if (given === 'never') return null;
  if (typeof given === 'string' && /^\d{1,4}$/.test(given)) return Number(given);
  throw new ConfigError('--days takes a number of days, or "never".');
}
