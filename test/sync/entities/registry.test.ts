import { expect, it } from 'vitest';
import { entityOf } from '../../../src/sync/entities/registry.ts';

it('knows each entity by its own name', () => {
  const names = Object.entries(entityOf).map(([name, entity]) => [name, entity.name]);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter(([key, name]) => key !== name)).toEqual([]);
});
