import { expect, it } from 'vitest';
import { entities } from '../../../src/sync/entity.ts';
import { createEntities } from '../../../src/sync/entities/registry.ts';

it('knows each entity by its own name', () => {
  const byName = createEntities({ isWorkflowSource: () => Promise.resolve(false) });
  expect(Object.entries(byName).map(([name, entity]) => [name, entity.name])).toEqual(
    expect.arrayContaining(entities.map((name) => [name, name])),
  );
});
