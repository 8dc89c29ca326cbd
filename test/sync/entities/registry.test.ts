import { expect, it } from 'vitest';
import { entities } from '../../../src/sync/entity.ts';
import { openEntities } from '../../../src/sync/entities/registry.ts';

it('opens every entity that is synced', async () => {
  const opened = openEntities({
    github: { contentsToken: () => Promise.resolve('token'), webUrl: 'https://github.com' },
    cloneDirectory: '/nowhere',
    cloneFromCommits: 20_000,
    isWorkflowSource: () => Promise.resolve(false),
  });
  expect(opened.all.map(({ name }) => name)).toEqual([...entities]);
  await opened.stop();
});
