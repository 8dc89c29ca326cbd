interface Dated {
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** By `sort`, `direction` and `since`. */
export function sortWork<Item extends Dated>(
  items: readonly Item[],
  query: URLSearchParams,
  usual: 'asc' | 'desc' = 'desc',
): Item[] {
  const by = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = (query.get('direction') ?? usual) === 'desc' ? -1 : 1;
  const since = query.get('since');
  return items
    .filter(({ updatedAt }) => since === null || Date.parse(updatedAt) >= Date.parse(since))
    .toSorted((a, b) => sign * (a[by] === b[by] ? 0 : a[by] < b[by] ? -1 : 1));
}

export function byState<Item extends { readonly closedAt: string | null }>(
  items: readonly Item[],
  state: string,
): Item[] {
  return items.filter(({ closedAt }) => state === 'all' || (closedAt === null) === (state === 'open'));
}
