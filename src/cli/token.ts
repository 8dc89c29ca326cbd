import { roles } from '../tenancy/roles.ts';
import { scopeMeanings, scopes } from '../tenancy/scopes.ts';
import { runAction } from './actions.ts';
import type { Command } from './command.ts';
import { createToken } from './token-create.ts';
import { listTokens } from './token-list.ts';
import { revokeToken } from './token-revoke.ts';

export const tokenCommand: Command = {
  summary: 'creates, lists and revokes the API tokens of an organization',
  help: `Usage: npm run shiplog -- token create ORG NAME [--scope SCOPE …] [--role ROLE] [--days N] [--json]
       npm run shiplog -- token list ORG [--json]
       npm run shiplog -- token revoke ORG ID [--json]

Asks the running Shiplog, as its operator. A new token is the only line on standard output; nobody can see it again.

  --scope SCOPE  what it may do within its role; may be given several times   (read)
${scopes.map((scope) => `                   ${scope.padEnd(7)} ${scopeMeanings[scope]}`).join('\n')}
  --role ROLE    ${roles.join(', ')}   (the least that its scopes need)
  --days N       how long it holds; "never": it does not expire   (90)
  --json         prints what the API answers
  --help         this text`,
  options: {
    scope: { type: 'string', multiple: true },
    role: { type: 'string' },
    days: { type: 'string' },
    json: { type: 'boolean' },
  },
  arguments: ['ACTION', '[ORG]', '[NAME]'],
  run: runAction('token', { create: createToken, list: listTokens, revoke: revokeToken }),
};
