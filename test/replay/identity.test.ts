import { describe, expect, it } from 'vitest';
import { guidOf, idOf, orgId, repositoryId } from '../../src/replay/identity.ts';

describe('the ids of a replay', () => {
  it('are the same each time, in any case of the names', () => {
    expect(orgId({ org: 'Acme', name: 'x' })).toBe(orgId({ org: 'acme', name: 'y' }));
    expect(repositoryId({ org: 'Acme', name: 'Web' })).toBe(repositoryId({ org: 'acme', name: 'web' }));
    expect(repositoryId({ org: 'acme', name: 'web' })).not.toBe(repositoryId({ org: 'acme', name: 'api' }));
  });

  it("are above all of GitHub's and below 2^47", () => {
    for (let i = 0; i < 1_000; i += 1) {
      const id = idOf('any', i);
      expect(Number.isSafeInteger(id) && id >= 2 ** 46 && id < 2 ** 47).toBe(true);
    }
  });

  it('name deliveries by UUIDs of version 5', () => {
    const guid = guidOf('acme', 'web', 'push', 'a');
    expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(guid).toBe(guidOf('acme', 'web', 'push', 'a'));
    expect(guid).not.toBe(guidOf('acme', 'web', 'push', 'b'));
    expect(guidOf('a', 'bc')).not.toBe(guidOf('ab', 'c'));
  });
});
