import { parseArgs } from 'node:util';
import { loadConfig, readEnvironment } from '../config.ts';
import {
  AppRefusedError,
  ConfigError,
  ConflictError,
  ForbiddenError,
  GitHubUnavailableError,
  InvalidPayloadError,
  NotFoundError,
  RateLimitedError,
  UnexpectedResponseError,
} from '../errors.ts';
import { GitError } from '../sync/git-process.ts';
import { auditCommand } from './audit.ts';
import type { Command, OptionValue } from './command.ts';
import { metricsCommand } from './metrics.ts';
import { orgCommand } from './org.ts';
import { recomputeCommand } from './recompute.ts';
import { recoverCommand } from './recover.ts';
import { replayCommand } from './replay.ts';
import { secretsCommand } from './secrets.ts';
import { syncCommand } from './sync.ts';
import { tokenCommand } from './token.ts';

const commands: Readonly<Record<string, Command>> = {
  replay: replayCommand,
  metrics: metricsCommand,
  org: orgCommand,
  token: tokenCommand,
  audit: auditCommand,
  secrets: secretsCommand,
  recompute: recomputeCommand,
  sync: syncCommand,
  recover: recoverCommand,
};

const forUsers = [
  AppRefusedError,
  ConfigError,
  ConflictError,
  ForbiddenError,
  GitError,
  NotFoundError,
  GitHubUnavailableError,
  InvalidPayloadError,
  RateLimitedError,
  UnexpectedResponseError,
];

const USAGE = 2;
const FAILED = 1;
const INTERRUPTED = 130;

// A git hook that runs this says by these which repository it means: not the one that is asked for.
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];

process.exitCode = await main(process.argv.slice(2));
// What still holds the process after this is of no use; a moment lets the last lines out.
setTimeout(() => process.exit(), 500).unref();

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(overview());
    return name === undefined ? USAGE : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return complain(`There is no command "${name}".\n\n${overview()}`);
  return runCommand(name, command, rest);
}

async function runCommand(name: string, command: Command, args: string[]): Promise<number> {
  const parsed = parse(command, args);
  if (typeof parsed === 'string') return complain(`${parsed}\n\n  npm run shiplog -- ${name} --help`);
  if (parsed.options['help'] === true) {
    console.log(command.help);
    return 0;
  }
  const signal = abortOnSignals();
  try {
    return await command.run({ ...parsed, config: loadConfig(readEnvironment()), signal });
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    console.error(isForUsers(error) ? `\n${error.message}` : error);
    return FAILED;
  }
}

function parse(command: Command, args: string[]) {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const parsed: Record<string, OptionValue> = {};
    for (const [key, value] of Object.entries(values)) parsed[key] = Array.isArray(value) ? value.map(String) : value;
    const missing = command.arguments[positionals.length];
    if (missing !== undefined && !missing.startsWith('[') && parsed['help'] !== true) return `${missing} is missing.`;
    const extra = positionals[command.arguments.length];
    if (extra !== undefined) return `"${extra}" is one argument too many.`;
    return { options: parsed, arguments: positionals };
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\. To specify a positional[^]*/, '.') : String(error);
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: npm run shiplog -- COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\n  npm run shiplog -- COMMAND --help`;
}

function complain(message: string): number {
  console.error(message);
  return USAGE;
}

function isForUsers(error: unknown): error is Error {
  return forUsers.some((kind) => error instanceof kind);
}

/** The first Ctrl-C ends the command in order, the second one at once. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}
