/** The same piece of a document for each of several things: GraphQL has no lists of fields. */
export function numbered(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join('\n');
}
