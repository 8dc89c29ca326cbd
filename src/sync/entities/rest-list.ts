import type { Page, PageRequest } from '../entity.ts';

interface RestListPage {
  readonly parameters: {
    readonly owner: string;
    readonly repo: string;
    readonly per_page: number;
    readonly page: number;
  };
  /** Where the next page begins, when this one had `count` items. */
  readonly next: (count: number) => Page['cursor'];
}

/**
 * A page of a REST list, whose cursor is how many items come before it: it stays right when the page size changes.
 * What GitHub puts in front meanwhile is read twice, which does no harm.
 */
export function restListPage({ repository, cursor, pageSize }: PageRequest, share = 1): RestListPage {
  const per_page = Math.ceil(pageSize * share);
  const page = Math.floor(Number(cursor ?? 0) / per_page) + 1;
  return {
    parameters: { owner: repository.owner, repo: repository.name, per_page, page },
    next: (count) => (count < per_page ? null : String(page * per_page)),
  };
}

/**
 * Of a list in order of creation, whose items change later: the time before which nothing on the page changed. A whole
 * page without a change is taken as the end of what changed.
 */
export function latestChange(items: readonly { readonly updated_at: string }[]): string | null {
  return (
    items
      .map(({ updated_at }) => updated_at)
      .toSorted()
      .at(-1) ?? null
  );
}
