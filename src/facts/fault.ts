/**
 * Whether an error comes from the facts, and not from the connection, a deadlock, a full disk or a shutdown.
 * Source: PostgreSQL's error codes, by class.
 */
export function isOfTheFacts(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return error instanceof TypeError || error instanceof RangeError;
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|25|40|53|55|57|58)/.test(code);
}
