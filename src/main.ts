import { type Config, loadConfig, readEnvironment } from './config.ts';
import { ConfigError } from './errors.ts';
import { createLogger, type Logger } from './logging.ts';
import { type Shiplog, startShiplog } from './start.ts';

try {
  await main(loadConfig(readEnvironment()));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const log = createLogger(config.log);
  const starting = startShiplog({ config, log });
  stopOnSignals(starting, log);
  await starting;
}

function stopOnSignals(starting: Promise<Shiplog>, log: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping; once more to stop at once');
    void stop(starting, log);
  };
  // SIGHUP: the terminal was closed, and the embedded database should not outlive it.
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('SIGHUP', onSignal);
}

async function stop(starting: Promise<Shiplog>, log: Logger): Promise<void> {
  try {
    await (await starting).stop();
    log.info('stopped');
  } catch (err) {
    log.error({ err }, 'not everything stopped');
    process.exitCode = 1;
  }
  // What still holds the process after this is of no use; a moment lets the last log lines out.
  setTimeout(() => process.exit(), 500).unref();
}
