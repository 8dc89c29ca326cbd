import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAttributes } from '../../../src/checks/files/git-attributes.ts';
import { makeFolder } from '../../support/git-repository.ts';

const attributes = `
# ours
*.gen.ts linguist-generated
/root.txt linguist-generated=true
docs/** linguist-vendored
docs/own/** -linguist-vendored
docs/own/again.md !linguist-vendored
folder linguist-generated
folder-only/ linguist-generated
a/**/b.txt linguist-generated
**/deep.txt linguist-generated
/x/*/y linguist-generated
"with space.txt" linguist-generated
[attr]machine linguist-generated linguist-vendored=false
*.machine machine
!negated linguist-generated
file[0-9].txt linguist-generated
ends?.md linguist-generated
keep.gen.ts linguist-generated=false
{a,b}.braces linguist-generated
.hidden linguist-generated
two.txt linguist-vendored linguist-generated text
`;

const paths = [
  'one.gen.ts',
  'src/one.gen.ts',
  'src/keep.gen.ts',
  'root.txt',
  'src/root.txt',
  'docs/a.md',
  'docs/deep/er/a.md',
  'docs/own/a.md',
  'docs/own/again.md',
  'src/docs/a.md',
  'folder',
  'folder/in.txt',
  'folder-only/in.txt',
  'a/b.txt',
  'a/x/y/b.txt',
  'z/a/b.txt',
  'deep.txt',
  'q/w/deep.txt',
  'x/1/y',
  'x/1/2/y',
  'with space.txt',
  'src/a.machine',
  'negated',
  'file7.txt',
  'filex.txt',
  'endsx.md',
  'a.braces',
  '{a,b}.braces',
  'src/.hidden',
  'two.txt',
  'nothing.txt',
];

/** `git check-attr` in the words of Linguist. */
function askGit(): Record<string, { generated: boolean | null; vendored: boolean | null }> {
  const folder = makeFolder();
  execFileSync('git', ['init', '--quiet', folder]);
  writeFileSync(join(folder, '.gitattributes'), attributes);
  const args = ['-C', folder, 'check-attr', '-z', '--stdin', 'linguist-generated', 'linguist-vendored'];
  const answer = execFileSync('git', args, { input: paths.join('\0'), encoding: 'utf8' }).split('\0');
  const told: Record<string, { generated: boolean | null; vendored: boolean | null }> = {};
  for (let place = 0; place + 2 < answer.length; place += 3) {
    const [path = '', name = '', value = ''] = answer.slice(place, place + 3);
    told[path] ??= { generated: null, vendored: null };
    const state = value === 'unspecified' ? null : value !== 'unset' && value !== 'false';
    told[path][name === 'linguist-generated' ? 'generated' : 'vendored'] = state;
  }
  return told;
}

it('reads attributes as git does', () => {
  const find = readAttributes(attributes);
  expect(Object.fromEntries(paths.map((path) => [path, find(path)]))).toEqual(askGit());
});

it('of nobody’s file says nothing', () => {
  expect(readAttributes(null)('a.ts')).toEqual({ generated: null, vendored: null });
});

it('takes no long time for patterns and paths that are made to take one', () => {
  const find = readAttributes(`${'*a'.repeat(40)}b linguist-generated\n${'**/a/'.repeat(40)}b linguist-generated\n`);
  const started = performance.now();
  expect(find('a'.repeat(4_000)).generated).toBeNull();
  expect(find('a/'.repeat(2_000)).generated).toBeNull();
  expect(performance.now() - started).toBeLessThan(2_000);
});
