/** The environment or a file asks for something that can not be; the message says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
