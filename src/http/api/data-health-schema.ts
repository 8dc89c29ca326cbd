import { z } from '@hono/zod-openapi';
import { checkedEntities } from '../../sync/compare-counts.ts';
import { entities } from '../../sync/entity.ts';
import { timestamp } from './parameters.ts';

const findingCodes = [
  'not_connected',
  'not_installed',
  'suspended',
  'no_webhook',
  'delivery_scan_late',
  'deliveries_dead',
  'deliveries_lost',
  'permission_missing',
  'sync_failed',
  'sync_running',
  'not_compared',
  'counts_differ',
] as const;

const findingSchema = z
  .object({
    code: z.enum(findingCodes),
    message: z.string(),
    action: z.string().openapi({ description: 'What to do about it, or what Shiplog does by itself.' }),
  })
  .openapi('DataFinding', {
    example: {
      code: 'permission_missing',
      message: 'The app may not read Issues.',
      action: "Grant it in the App's settings, and accept it in the organization's.",
    },
  });

const countSchema = z.object({
  entity: z.enum(checkedEntities),
  stored: z.int(),
  total: z.int().openapi({
    description: 'As GitHub tells it; of commits, those that are here and those that they name as parents.',
  }),
  missing: z.int().openapi({ description: 'What some repositories have beyond the total makes up for nothing.' }),
});

export const repositoryHealthSchema = z
  .object({
    id: z.int(),
    repository: z.string(),
    complete: z.boolean().nullable().openapi({
      description: 'Whether every list was read to its end and as much is here as on GitHub; null: not compared yet.',
    }),
    entities: z.array(
      z.object({
        entity: z.enum(entities),
        state: z.enum(['pending', 'running', 'done', 'forbidden', 'gone', 'failed', 'cancelled']).nullable(),
        covered_until: timestamp
          .nullable()
          .openapi({ description: 'Read from GitHub up to this; webhooks tell the rest.' }),
        stored: z.int().nullable().openapi({ description: 'Null where GitHub tells no total to compare with.' }),
        total: z.int().nullable(),
        checked_at: timestamp.nullable(),
      }),
    ),
  })
  .openapi('RepositoryHealth');

export const dataHealthSchema = z
  .object({
    complete: z.boolean().nullable().openapi({
      description:
        'Whether every list was read to its end and as much is here as on GitHub; null: nothing was compared yet.',
    }),
    checked_at: timestamp.nullable().openapi({ description: 'When it was compared with GitHub last: every night.' }),
    totals: z.array(countSchema).openapi({ description: 'Over all repositories, as of the last comparison of each.' }),
    last_webhook_at: timestamp.nullable(),
    delivery_scan: z
      .object({
        started_at: timestamp,
        finished_at: timestamp.nullable(),
        covers_from: timestamp,
        listed: z.int(),
        recovered: z.int(),
        lost: z.int(),
      })
      .nullable()
      .openapi({
        description: "The last scan of GitHub's list of webhooks, over all organizations: every 15 minutes.",
      }),
    deliveries: z.object({
      dead: z.int().openapi({ description: 'Stored, and could not be applied.' }),
      lost: z.int().openapi({ description: 'GitHub has them listed as sent, and can not give them any more.' }),
    }),
    findings: z.array(findingSchema),
    repositories: z
      .array(repositoryHealthSchema)
      .openapi({ description: 'Those that are not complete: 100 at most. `/data-health/repositories` lists all.' }),
  })
  .openapi('DataHealth');
