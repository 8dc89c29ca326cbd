import type { Json } from '../../example-payloads.ts';
import { nodeId } from '../node-id.ts';
import { FILE, treeSha } from '../truth/git-objects.ts';
import type { Repository } from '../truth/repository.ts';
import type { Truth } from '../truth/truth.ts';
import type { Commit } from '../truth/work.ts';
import { personJson } from './json.ts';

interface CommitOf {
  readonly truth: Truth;
  readonly repository: Repository;
}

/** As lists have it: without its size. */
export function commitJson({ truth, repository }: CommitOf, commit: Commit): Json {
  const api = `https://api.github.com/repos/${repository.fullName}`;
  const html = `https://github.com/${repository.fullName}`;
  const { sha, author, committer, message, parents } = commit;
  const tree = treeSha(commit);
  return {
    sha,
    node_id: nodeId('C', repository.id, sha),
    commit: {
      author: { name: author.name, email: author.email, date: author.at },
      committer: { name: committer.name, email: committer.email, date: committer.at },
      message,
      tree: { sha: tree, url: `${api}/git/trees/${tree}` },
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url: `${api}/commits/${sha}`,
    html_url: `${html}/commit/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    author: personJson(truth.findByEmail(author.email) ?? null),
    committer: personJson(truth.findByEmail(committer.email) ?? null),
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${html}/commit/${parent}`,
    })),
  };
}

export function fullCommitJson(of: CommitOf, commit: Commit): Json {
  const { additions, deletions, changedFiles } = commit;
  const api = `https://api.github.com/repos/${of.repository.fullName}`;
  const html = `https://github.com/${of.repository.fullName}`;
  const file = (index: number) => ({
    sha: treeSha(commit),
    filename: index === 0 ? FILE : `file-${index}.txt`,
    status: 'modified',
    additions: index === 0 ? additions : 0,
    deletions: index === 0 ? deletions : 0,
    changes: index === 0 ? additions + deletions : 0,
    blob_url: `${html}/blob/${commit.sha}/${FILE}`,
    raw_url: `${html}/raw/${commit.sha}/${FILE}`,
    contents_url: `${api}/contents/${FILE}?ref=${commit.sha}`,
  });
  return {
    ...commitJson(of, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: Array.from({ length: changedFiles }, (_, index) => file(index)),
  };
}
