/** Matches nothing, in PostgreSQL as in JavaScript. */
const NOTHING = '.^';

/** A regular expression, for PostgreSQL or JavaScript, of what matches one of the patterns with `*` and `?`. */
export function globExpression(patterns: readonly string[]): string {
  if (patterns.length === 0) return NOTHING;
  const sources = patterns.map((pattern) =>
    pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  );
  return `^(${sources.join('|')})$`;
}
