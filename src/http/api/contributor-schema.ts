import { z } from '@hono/zod-openapi';
import type { ContributorRow } from './contributor-rows.ts';
import { iso, timestamp } from './parameters.ts';

export const contributorSchema = z
  .object({
    id: z.int().openapi({
      description: "GitHub's user id; negative for a person known only by email or login, until GitHub links them.",
    }),
    login: z.string().nullable(),
    name: z.string().nullable(),
    type: z.enum(['User', 'Bot']).openapi({ description: 'As people say, else as GitHub has it.' }),
    bot: z.boolean().nullable().openapi({ description: 'What people say; null: as GitHub has it.' }),
    excluded: z.boolean().openapi({ description: 'Left out of every metric, as bots are.' }),
    merged_into: z.int().nullable().openapi({ description: 'The contributor who is the same person.' }),
    merged: z.array(z.int()).openapi({ description: 'Those that are merged into this one, whose counts have theirs.' }),
    commits: z.int().openapi({ description: 'Authored, under all emails of the person.' }),
    pull_requests: z.int().openapi({ description: 'Opened.' }),
    pull_requests_merged: z.int().openapi({ description: 'Of the same person, whoever merged them.' }),
    reviews: z.int().openapi({ description: 'Given.' }),
    first_seen_at: timestamp.nullable().openapi({
      description:
        'Earliest commit authored, pull request or issue opened, or review given; null when there is none, as for a mere committer.',
    }),
    last_seen_at: timestamp.nullable().openapi({ description: 'The latest of the same.' }),
  })
  .openapi('Contributor', {
    example: {
      id: 583231,
      login: 'ann',
      name: 'Ann Lee',
      type: 'User',
      bot: null,
      excluded: false,
      merged_into: null,
      merged: [],
      commits: 412,
      pull_requests: 96,
      pull_requests_merged: 91,
      reviews: 130,
      first_seen_at: '2024-01-08T09:12:00.000Z',
      last_seen_at: '2026-03-01T12:30:00.000Z',
    },
  });

export function presentContributor(row: ContributorRow): z.infer<typeof contributorSchema> {
  return {
    id: row.contributor_id,
    login: row.login,
    name: row.name,
    type: row.type,
    bot: row.bot,
    excluded: row.excluded,
    merged_into: row.merged_into,
    merged: [...row.merged],
    commits: row.commits,
    pull_requests: row.pull_requests,
    pull_requests_merged: row.pull_requests_merged,
    reviews: row.reviews,
    first_seen_at: iso(row.first_seen_at),
    last_seen_at: iso(row.last_seen_at),
  };
}
