import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CheckFacts } from '../../src/checks/check-facts.ts';
import { evaluate } from '../../src/checks/evaluate.ts';
import { render } from '../../src/checks/render.ts';
import { checkedPull, checkFacts, deployment, mergedPull, reviewFacts } from '../support/check-facts.ts';

/** Anybody's: any characters, short or as long as a path may be. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('`', '\n', '@', '|', '[', ']', '<', 'é', '\u{1F600}'), maxLength: 40 }),
  fc.integer({ min: 1, max: 4_000 }).map((length) => '€'.repeat(length)),
);
const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const number = fc.integer({ min: 1, max: 2 ** 31 - 1 });
/** A few, many times: what there is thousands of is seldom different. */
const many = <T>(item: fc.Arbitrary<T>) =>
  fc.array(item, { maxLength: 12 }).map((items) => Array.from({ length: 250 }, () => items).flat());

const review = fc.record({
  files: fc.option(
    fc.record({
      files: many(fc.record({ path: text, additions: fc.nat(1_000_000), deletions: fc.nat(1_000_000) })),
      complete: fc.boolean(),
    }),
  ),
  rules: fc.option(
    fc.record({ attributes: fc.option(text), codeOwners: fc.option(text.map((owner) => `* ${owner}\n`)) }),
  ),
  failedBefore: many(fc.record({ path: text, deployment_id: number, number })),
});
const shipped = fc
  .record({
    deployment_id: number,
    environment: text,
    clearedBy: fc.option(text),
    finished_at: time,
    failures: many(
      fc.record({
        kind: fc.constantFrom('deploy_failed', 'rollback', 'revert', 'hotfix', 'incident', 'manual'),
        by: text,
        recovered_at: fc.option(time),
      }),
    ),
  })
  .map(deployment);
const about = fc.record({
  author: fc.option(text),
  draft: fc.boolean(),
  fork: fc.boolean(),
  requested_reviewers: many(text),
  requested_teams: many(text),
});
const reviews = many(
  fc.record({
    login: fc.option(text),
    state: fc.constantFrom('approved' as const, 'changes_requested' as const),
    commit_sha: fc.constantFrom('head', 'before'),
    submitted_at: fc.option(time),
  }),
);
const openPull = fc
  .record({ about, reviews, review, path: fc.option(fc.record({ last: fc.option(shipped), waiting: many(number) })) })
  .map(({ review: given, ...pull }) => checkedPull({ ...pull, review: reviewFacts(given), firstContribution: true }));
const shippedPull = fc
  .record({
    deployment: fc.option(shipped),
    shippedWith: many(number),
    revertedBy: fc.option(fc.record({ number, deployed_at: fc.option(time) })),
  })
  .map(mergedPull);
const anyFacts: fc.Arbitrary<CheckFacts> = fc
  .record({
    now: time,
    pull: fc.oneof(openPull, shippedPull),
    openIncidents: many(text),
    fileProblem: fc.option(fc.record({ file: text, line: fc.option(number), message: text })),
    quality: many(fc.record({ code: text, message: text, action: text })),
    settings: fc.record({
      enabled: fc.constant(true),
      max_lines: fc.nat(1_000),
      code_owner_review: fc.boolean(),
      deployment_freeze: fc.boolean(),
      repository_file: fc.boolean(),
    }),
  })
  .map(checkFacts);

it('is within what GitHub takes, whatever there is to say, and the same facts have the same words', () => {
  fc.assert(
    fc.property(anyFacts, fc.option(fc.webUrl(), { nil: undefined }), (facts, publicUrl) => {
      const say = () => render(evaluate(facts), { webUrl: 'https://github.com', publicUrl }, facts.now);
      const { title, summary, actions } = say();
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
      expect(summary.length).toBeGreaterThan(0);
      expect(title.length).toBeGreaterThan(0);
      expect(title.length).toBeLessThanOrEqual(200);
      expect(actions.length).toBeLessThanOrEqual(3);
      expect(say()).toEqual({
        title,
        summary,
        actions,
        conclusion: expect.stringMatching(/^(success|neutral|failure)$/),
      });
    }),
    { numRuns: 60 },
  );
}, 60_000);
