import { z } from 'zod';
import { commentFact, reviewComment } from '../../events/payload-comment.ts';
import { contributorFacts } from '../../events/payload-user.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { restListPage } from './rest-list.ts';

/** Comments on the lines of pull requests. */
export const reviewComments: Entity = { name: 'review_comments', permission: 'pull_requests', readPage };

const listed = reviewComment.extend({
  pull_request_url: z.string().transform((url) => z.coerce.number().int().positive().parse(url.split('/').at(-1))),
});

async function readPage(request: PageRequest): Promise<Page> {
  const { github, repository } = request;
  const seenAt = new Date().toISOString();
  const { parameters, next } = restListPage(request);
  const comments = await github.rest({
    route: 'GET /repos/{owner}/{repo}/pulls/comments',
    parameters: { ...parameters, sort: 'updated', direction: 'desc' },
    data: z.array(listed),
  });
  const facts = comments.map((comment) =>
    commentFact(comment, {
      repository_id: repository.id,
      kind: 'review',
      number: comment.pull_request_url,
      commit_sha: comment.original_commit_id,
      review_id: comment.pull_request_review_id,
    }),
  );
  const people = contributorFacts(
    { receivedAt: seenAt },
    comments.map(({ user }) => user),
  );
  return {
    facts: [people, { comments: facts }],
    cursor: next(comments.length),
    items: comments.length,
    total: null,
    oldest: comments.at(-1)?.updated_at ?? null,
  };
}
