import { IncompleteResponseError } from '../../errors.ts';
import type { PageInfo } from '../../github/documents/access-values.ts';

/** Every page of a connection. */
export async function* pagesOf<Page extends { readonly pageInfo: PageInfo }>(
  readPage: (after: string | null) => Promise<Page>,
): AsyncGenerator<Page> {
  let after: string | null = null;
  for (;;) {
    const page: Page = await readPage(after);
    yield page;
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage) return;
    if (!endCursor || endCursor === after) throw new IncompleteResponseError('GitHub promises a page and names none.');
    after = endCursor;
  }
}
