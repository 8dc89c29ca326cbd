import type { ParseArgsConfig } from 'node:util';
import type { Config } from '../config.ts';

/** One command of `shiplog`. */
export interface Command {
  /** In a few words, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many arguments it takes, by name; one in brackets may be left out. */
  readonly arguments: readonly string[];
  /** @returns the exit code */
  run(input: CommandInput): Promise<number>;
}

/** An array of an option that may be given several times. */
export type OptionValue = string | boolean | readonly string[] | undefined;

export interface CommandInput {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly config: Config;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
