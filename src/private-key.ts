import { createPrivateKey } from 'node:crypto';
import { ConfigError } from './errors.ts';

/**
 * The App's private key as PEM in several lines: an environment variable often holds `\n` instead, or the whole in base64.
 * @throws ConfigError when it is none
 */
export function readPrivateKey(value: string): string {
  const text = value.includes('-----BEGIN') ? value : Buffer.from(value, 'base64').toString();
  const pem = text.replaceAll('\\n', '\n').trim();
  try {
    if (createPrivateKey(pem).asymmetricKeyType === 'rsa') return pem;
  } catch {
    // What the parser says of it could quote it.
  }
  throw new ConfigError(
    "The private key is not an RSA key in PEM form: set PRIVATE_KEY_PATH to the .pem file from the App's settings on GitHub, or PRIVATE_KEY to its content.",
  );
}
