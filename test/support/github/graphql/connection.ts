import type { Node } from './context.ts';
import { failure } from './failure.ts';

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' } | null;
}

interface ConnectionOptions<Item> {
  readonly args: PageArguments;
  readonly node: (item: Item) => Node;
  /** Where an item stands in the list, which must be sorted by it; places stay when other items come or go. */
  readonly place: (item: Item) => Place;
  readonly descending?: boolean;
  /** More fields of an edge. */
  readonly edge?: (item: Item) => Node;
  /** More fields of the connection. */
  readonly extra?: Node;
}

/** A value and an id, compared in this order. */
export type Place = readonly [string | number, string | number];

/** A page of a list as GraphQL has it. */
export function connection<Item>(items: readonly Item[], options: ConnectionOptions<Item>): Node {
  const { args, node, edge, place, descending = false } = options;
  checkPage(args);
  const sorted = sortByPlace(items, place, descending);
  const after = args.after ? readCursor(args.after) : undefined;
  const before = args.before ? readCursor(args.before) : undefined;
  const sign = descending ? -1 : 1;
  const from = after ? sorted.findIndex((item) => sign * comparePlaces(place(item), after) > 0) : 0;
  const to = before ? sorted.findIndex((item) => sign * comparePlaces(place(item), before) >= 0) : sorted.length;
  const wanted = sorted.slice(from === -1 ? sorted.length : from, to === -1 ? sorted.length : to);
  const page = args.first == null ? wanted.slice(-(args.last ?? 0)) : wanted.slice(0, args.first);
  const cursorOf = (item: Item | undefined) => (item === undefined ? null : writeCursor(place(item)));
  return {
    totalCount: items.length,
    nodes: () => page.map(node),
    edges: () => page.map((item) => ({ cursor: cursorOf(item), node: () => node(item), ...edge?.(item) })),
    pageInfo: {
      startCursor: cursorOf(page[0]),
      endCursor: cursorOf(page.at(-1)),
      hasNextPage: page.at(-1) !== undefined && page.at(-1) !== sorted.at(-1),
      hasPreviousPage: page[0] !== undefined && page[0] !== sorted[0],
    },
    ...options.extra,
  };
}

/** A list in a field's order, of which one more field is known: `CREATED_AT` and the like. */
export function orderedBy<Item>(
  fields: Readonly<Record<string, (item: Item) => string | number>>,
  args: PageArguments,
  id: (item: Item) => string | number,
): { place: (item: Item) => Place; descending: boolean } {
  const { orderBy } = args;
  if (!orderBy) return { place: (item) => ['', id(item)], descending: false };
  const value = fields[orderBy.field];
  if (!value) throw new Error(`the stand-in can not order by ${orderBy.field}`);
  return { place: (item) => [value(item), id(item)], descending: orderBy.direction === 'DESC' };
}

/** @throws a GraphQL error as GitHub does for pages without an end or over 100 */
export function checkPage({ first, last }: PageArguments): void {
  if (first == null && last == null) {
    throw failure(
      'MISSING_PAGINATION_BOUNDARIES',
      'You must provide a `first` or `last` value to properly paginate the connection.',
    );
  }
  for (const [name, count] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (count != null && (count > 100 || count < 0)) {
      throw failure(
        'EXCESSIVE_PAGINATION',
        `Requesting ${count} records on the connection exceeds the \`${name}\` limit of 100 records.`,
      );
    }
  }
}

function sortByPlace<Item>(items: readonly Item[], place: (item: Item) => Place, descending: boolean): readonly Item[] {
  if (isSorted(items, place, descending)) return items;
  return items.toSorted((a, b) => (descending ? -1 : 1) * comparePlaces(place(a), place(b)));
}

function isSorted<Item>(items: readonly Item[], place: (item: Item) => Place, descending: boolean): boolean {
  const sign = descending ? -1 : 1;
  return items.every((item, index) => {
    const next = items[index + 1];
    return next === undefined || sign * comparePlaces(place(item), place(next)) <= 0;
  });
}

function comparePlaces(a: Place, b: Place): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}

function compare(a: string | number, b: string | number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function writeCursor(place: Place): string {
  return Buffer.from(`cursor:v2:${JSON.stringify(place)}`).toString('base64');
}

function readCursor(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64').toString();
  const place: unknown = text.startsWith('cursor:v2:') ? JSON.parse(text.slice('cursor:v2:'.length)) : undefined;
  if (!isPlace(place)) throw failure('INVALID_CURSOR_ARGUMENTS', `\`${cursor}\` does not appear to be a valid cursor.`);
  return place;
}

function isPlace(value: unknown): value is Place {
  return Array.isArray(value) && value.length === 2;
}
