import { ConfigError } from '../errors.ts';
import { requireArgument } from './actions.ts';
import type { CommandInput } from './command.ts';
import { findRunningShiplog } from './running-shiplog.ts';
import { shownToken } from './token-list.ts';

const USAGE = 'Say which: npm run shiplog -- token revoke ORG ID, as "token list ORG" has it';

export async function revokeToken({ arguments: [org, id], options, config }: CommandInput): Promise<number> {
  const path = `/orgs/${encodeURIComponent(requireArgument(org, USAGE))}/tokens`;
  if (!/^\d{1,15}$/.test(requireArgument(id, USAGE))) throw new ConfigError(`"${id}" is no id. ${USAGE}`);
  const shiplog = await findRunningShiplog(config);
  const token = await shiplog.call({ method: 'DELETE', path: `${path}/${id}` }, shownToken);
  if (options['json'] === true) console.log(JSON.stringify(token));
  else console.log(`Token ${token.id} of ${org}, "${token.name}" (…${token.hint}), holds no more.`);
  return 0;
}
