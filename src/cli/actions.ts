import { ConfigError } from '../errors.ts';
import type { CommandInput } from './command.ts';

type Action = (input: CommandInput) => Promise<number>;

/** A command whose first argument says what to do; the action gets the others. @throws ConfigError for one that there is not */
export function runAction(command: string, actions: Readonly<Record<string, Action>>): Action {
  return async (input) => {
    const [name = ''] = input.arguments;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action)
      throw new ConfigError(`There is no "${command} ${name}"; there is: ${Object.keys(actions).join(', ')}.`);
    return action({ ...input, arguments: input.arguments.slice(1) });
  };
}

/** @throws ConfigError when it was left out, with how to say it */
export function requireArgument(given: string | undefined, missing: string): string {
  if (given !== undefined && given !== '') return given;
  throw new ConfigError(missing);
}
