import type { Database } from '../../db/connection.ts';
import { NotFoundError } from '../errors.ts';

interface StoredTenant {
  readonly tenant_id: number;
  readonly login: string;
}

/** The organization of this login, in any case; all of them by login when none is wanted. @throws NotFoundError */
export async function chooseTenants(db: Database, wanted: string | undefined): Promise<readonly StoredTenant[]> {
  const tenants = await db.selectFrom('tenants').select(['tenant_id', 'login']).orderBy('login').execute();
  if (wanted === undefined) return tenants;
  const chosen = tenants.filter(({ login }) => login.toLowerCase() === wanted.toLowerCase());
  if (chosen.length === 0) throw new NotFoundError(`There is no organization "${wanted}" here.`);
  return chosen;
}
