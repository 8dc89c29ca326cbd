import { planNames } from '../plans.ts';
import { runAction } from './actions.ts';
import type { Command } from './command.ts';
import { deleteOrg } from './org-delete.ts';
import { exportOrg } from './org-export.ts';
import { listOrgs } from './org-list.ts';
import { planOrg } from './org-plan.ts';

export const orgCommand: Command = {
  summary: 'lists organizations, sets plans, exports and deletes',
  help: `Usage: npm run shiplog -- org list [--json]
       npm run shiplog -- org plan ORG [PLAN] [--json]
       npm run shiplog -- org export ORG FILE [--json]
       npm run shiplog -- org delete ORG [--yes] [--force] [--json]

  org list             every organization with its plan, and whether the App is installed there
  org plan ORG         prints the plan of ORG, what it has room for, and which repositories it leaves out
  org plan ORG PLAN    sets it: ${planNames.join(', ')}
  org export ORG FILE  writes everything that Shiplog has of ORG into FILE, a zip with JSON lines for each table
  org delete ORG       removes everything that Shiplog has of ORG, for good, and says what; not while the App is
                       installed there

"list" and "plan" ask the running Shiplog, as its operator; "export" and "delete" work on the database, whether it runs
or not.

  --yes    deletes without asking for the name once more
  --force  deletes also where the App is installed: a replayed clone has an installation that GitHub does not know
  --json   prints JSON
  --help   this text`,
  options: { json: { type: 'boolean' }, yes: { type: 'boolean' }, force: { type: 'boolean' } },
  arguments: ['ACTION', '[ORG]', '[PLAN or FILE]'],
  run: runAction('org', { list: listOrgs, plan: planOrg, export: exportOrg, delete: deleteOrg }),
};
