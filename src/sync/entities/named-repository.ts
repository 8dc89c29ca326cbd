import { NotFoundError } from '../../errors.ts';
import type { PageRequest } from '../entity.ts';

/** @throws NotFoundError also when the name is another repository's by now */
export function sameRepository<T extends { readonly databaseId: number }>(
  found: T | null,
  { id }: Pick<PageRequest['repository'], 'id'>,
): T {
  if (found?.databaseId !== id) throw new NotFoundError(`There is no repository ${id} of that name.`);
  return found;
}
