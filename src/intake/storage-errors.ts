function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A value that the database can not take: classes "data exception" and "integrity constraint violation". */
export function isPoison(error: unknown): boolean {
  return /^2[23]...$/.test(sqlState(error));
}

/** Two writers met, such as redeliveries in opposite order to two processes: the next try goes through. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error));
}
