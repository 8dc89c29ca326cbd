import { ConfigError } from '../errors.ts';
import { planNames } from '../plans.ts';
import type { Command, CommandInput } from './command.ts';
import { planOrg } from './org-plan.ts';

const actions: Readonly<Record<string, (input: CommandInput) => Promise<number>>> = {
  plan: planOrg,
};

export const orgCommand: Command = {
  summary: 'shows and sets the plan of an organization',
  help: `Usage: npm run shiplog -- org plan ORG [PLAN] [--json]

Asks the running Shiplog, as its operator.

  org plan ORG       prints the plan of ORG, what it has room for, and which repositories it leaves out
  org plan ORG PLAN  sets it: ${planNames.join(', ')}

  --json  prints what the API answers
  --help  this text`,
  options: { json: { type: 'boolean' } },
  arguments: ['ACTION', '[ORG]', '[PLAN]'],
  run: async (input) => {
    const [name = ''] = input.arguments;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) throw new ConfigError(`There is no "org ${name}"; there is: ${Object.keys(actions).join(', ')}.`);
    return action({ ...input, arguments: input.arguments.slice(1) });
  },
};
