import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILE } from '../truth/git-objects.ts';
import type { Repository } from '../truth/repository.ts';
import type { Commit } from '../truth/work.ts';

/** What git says that the commit changes in its one file. */
export function commitDiff(repository: Repository, commit: Commit): string {
  const [parent] = commit.parents;
  const sides = { a: parent === undefined ? '' : repository.commit(parent).content, b: commit.content };
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-diff-'));
  try {
    for (const [side, content] of Object.entries(sides)) {
      mkdirSync(join(folder, side));
      writeFileSync(join(folder, side, FILE), content);
    }
    const args = ['diff', '--no-index', '--no-prefix', `a/${FILE}`, `b/${FILE}`];
    return spawnSync('git', args, { cwd: folder, encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
