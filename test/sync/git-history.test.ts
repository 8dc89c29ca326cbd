import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHistory } from '../../src/sync/git-history.ts';
import { GitRepository } from '../support/git-repository.ts';

/** Commits of any shape: each has up to three of the commits before it as parents. */
const dag = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 })
  .map((commits) => commits.map((picks, index) => [...new Set(index === 0 ? [] : picks.map((pick) => pick % index))]));

describe('the history of a branch', () => {
  it('puts every commit into the step that brought it in, whatever the shape', async () => {
    await fc.assert(
      fc.asyncProperty(dag, async (commits) => {
        const repository = new GitRepository();
        for (const [index, parents] of commits.entries()) {
          repository.commit(`c${index}`, { parents: parents.map((parent) => `c${parent}`), files: {} });
        }
        repository.build(`c${commits.length - 1}`);
        const history = await readHistory(repository.path, repository.git('rev-parse', 'main'));

        const firstParents = repository.git('rev-list', '--first-parent', '--reverse', 'main').split('\n');
        expect(history.steps).toHaveLength(firstParents.length);
        for (const [step, sha] of firstParents.entries()) {
          const before = firstParents[step - 1];
          const broughtIn = repository.git('rev-list', sha, ...(before ? [`^${before}`] : [])).split('\n');
          expect(history.shasOf(step).toSorted()).toEqual(broughtIn.toSorted());
          expect(history.shasOf(step).at(-1)).toBe(sha);
          expect(history.findStep(sha)).toBe(step);
        }
        expect([...history.shas()]).toHaveLength(Number(repository.git('rev-list', '--count', 'main')));
      }),
      { numRuns: 25 },
    );
  });

  it('lists parents before their children', async () => {
    const repository = new GitRepository()
      .commit('root')
      .commit('left', { parents: ['root'] })
      .commit('right', { parents: ['root'] })
      .commit('left again', { parents: ['left', 'right'] })
      .commit('right again', { parents: ['right', 'left'] })
      .commit('merge', { parents: ['left again', 'right again'] })
      .build('merge');
    const history = await readHistory(repository.path, repository.sha('merge'));
    const order = [...history.shas()];
    const place = (name: string) => order.indexOf(repository.sha(name));
    expect(place('root')).toBe(0);
    expect(place('merge')).toBe(5);
    expect(place('left again')).toBeGreaterThan(place('right'));
    expect(place('right again')).toBeGreaterThan(Math.max(place('left'), place('right')));
  });

  it('counts authors by email, in any case, after the mailmap', async () => {
    const mailmap = 'Ada <ada@example.com> <ada@old.example.com>\n';
    const repository = new GitRepository({ bare: true })
      .commit('a', { email: 'ada@old.example.com', files: { '.mailmap': mailmap } })
      .commit('b', { parents: ['a'], email: 'Ada@Example.com' })
      .commit('c', { parents: ['b'], email: 'bob@example.com' })
      .build('c');
    expect((await readHistory(repository.path, repository.sha('c'))).authors).toBe(2);
  });

  it('knows of each step the earliest authored time', async () => {
    const repository = new GitRepository()
      .commit('root', { authoredAt: 1_000, committedAt: 9_000 })
      .commit('side', { parents: ['root'], authoredAt: 2_000, committedAt: 9_100 })
      .commit('merge', { parents: ['root', 'side'], authoredAt: 9_200, committedAt: 9_300 })
      .build('merge');
    expect((await readHistory(repository.path, repository.sha('merge'))).steps).toEqual([
      { size: 1, authored: 1_000, committed: 9_000 },
      { size: 2, authored: 2_000, committed: 9_300 },
    ]);
  });

  it('is empty for a branch without commits', async () => {
    const history = await readHistory(new GitRepository().path, undefined);
    expect(history).toMatchObject({ commits: 0, authors: 0, steps: [] });
  });
});
