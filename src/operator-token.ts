import { ConfigError } from './errors.ts';
import { ensureSecret } from './generated-secret.ts';

export interface OperatorToken {
  readonly token: string;
  /** The file that holds it; undefined when it comes from the environment. */
  readonly file?: string;
}

/** Reads the instance operator's token from the data directory, or makes one on the first start. */
export async function ensureOperatorToken(dataDir: string): Promise<OperatorToken> {
  const { secret: token, file } = await ensureSecret(dataDir, 'operator-token');
  if (token.length < 16) {
    throw new ConfigError(`${file} holds no token. Delete it to get a new one, or set SHIPLOG_OPERATOR_TOKEN.`);
  }
  return { token, file };
}
