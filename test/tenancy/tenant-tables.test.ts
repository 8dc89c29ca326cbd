import { describe, expect, it } from 'vitest';
import { inDeletionOrder, type TenantTable } from '../../src/tenancy/tenant-tables.ts';

const table = (name: string, ...references: string[]): TenantTable => ({ name, references, role: 'shiplog_app' });
const order = (...tables: TenantTable[]) => inDeletionOrder(tables).map(({ name }) => name);

describe('the order of deletion', () => {
  it('has a table before those that it refers to', () => {
    const tables = [table('a', 'b'), table('b', 'c'), table('c'), table('d', 'c', 'a')];
    expect(order(...tables)).toEqual(['d', 'a', 'b', 'c']);
  });

  it('is that of the catalogue where nothing refers to anything', () => {
    expect(order(table('b'), table('a', 'elsewhere'))).toEqual(['b', 'a']);
  });

  it('does not exist for tables that refer to each other', () => {
    expect(() => order(table('a', 'b'), table('b', 'a'))).toThrow('a, b');
  });
});
