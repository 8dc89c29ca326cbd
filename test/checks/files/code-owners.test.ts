import { expect, it } from 'vitest';
import { readCodeOwners } from '../../../src/checks/files/code-owners.ts';

/** The example of GitHub's documentation, and what it does not show. */
const text = `
# Everything, unless a later one matches.
*       @global-owner1 @Global-Owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/scripts/ @doctocat @octocat
**/logs @octocat
/site/ @octocat
/site/github
/some\\ folder/ @spacer
\\#hash @hash
!negated @nobody
[ab].c @nobody
/root* @root
`;

const find = readCodeOwners(text);

it.each([
  ['README.md', ['@global-owner1', '@global-owner2']],
  ['src/a.js', ['@js-owner']],
  ['a.go', ['docs@example.com']],
  ['deep/er/a.txt', ['@octo-org/octocats']],
  ['build/logs/a/b.bin', ['@octocat']],
  ['docs/getting-started.md', ['docs@example.com']],
  ['docs/build-app/troubleshooting.md', ['@global-owner1', '@global-owner2']],
  ['apps/a.bin', ['@octocat']],
  ['x/apps/y/a.bin', ['@octocat']],
  ['scripts/a.sh', ['@doctocat', '@octocat']],
  ['x/scripts/a.sh', ['@global-owner1', '@global-owner2']],
  ['deeply/nested/logs/a', ['@octocat']],
  ['site/a', ['@octocat']],
  ['site/github', []],
  ['site/github/a', []],
  ['some folder/a', ['@spacer']],
  ['#hash', ['@hash']],
  ['negated', ['@global-owner1', '@global-owner2']],
  ['a.c', ['@global-owner1', '@global-owner2']],
  ['root.md', ['@root']],
])('finds who owns %s', (path, owners) => {
  expect(find(path)).toEqual(owners);
});
