import { z } from '@hono/zod-openapi';
import { entities } from '../../sync/entity.ts';
import { timestamp } from './parameters.ts';

const rate = z.int().nullable();
const done = z
  .int()
  .openapi({ description: 'Items that were read; a short pass over what is new is not counted again.' });
const total = z
  .int()
  .nullable()
  .openapi({ description: 'As GitHub tells it; null where it does not, or not yet, or when only a part is read.' });
const timeLeft = z
  .int()
  .nullable()
  .openapi({ description: 'Seconds, at the rate of now; null while the total or the rate is unknown.' });
const phase = z.enum(['recent', 'rest']).openapi({ description: '`recent`: the last 90 days; `rest`: what is older.' });

export const entityProgressSchema = z
  .object({
    entity: z.enum(entities),
    state: z.enum(['pending', 'running', 'done', 'forbidden', 'gone', 'failed', 'cancelled']).openapi({
      description:
        '`forbidden`: the app lacks a permission. `gone`: GitHub has it no more, or the app does not see it. `failed`: given up after several tries.',
    }),
    phase,
    done,
    total,
    rate_per_minute: rate.openapi({ description: 'While it is read; null before.' }),
    requests: z.int().openapi({ description: 'To GitHub, in this pass.' }),
    covered_from: timestamp.nullable().openapi({ description: 'Null: from the beginning, if `covered_until` is set.' }),
    covered_until: timestamp.nullable().openapi({
      description: 'All that happened before this, back to `covered_from`, is here; null before a pass is complete.',
    }),
    updated_at: timestamp,
    error: z.string().nullable(),
    action: z.string().nullable().openapi({ description: 'What to do about it.' }),
  })
  .openapi('EntityProgress');

export const repositoryProgressSchema = z
  .object({
    id: z.int(),
    repository: z.string(),
    state: z.enum(['pending', 'running', 'done', 'incomplete', 'cancelled']).openapi({
      description: '`incomplete`: it has ended, and not everything could be read.',
    }),
    phase,
    done,
    total,
    rate_per_minute: rate,
    time_left_s: timeLeft,
    entities: z.array(entityProgressSchema),
  })
  .openapi('RepositoryProgress');

const id = z.int();

export const syncSchema = z
  .object({
    id,
    reason: z.enum(['installation', 'repositories', 'unsuspend', 'permissions', 'request', 'reconciliation']),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    repositories: z.array(z.string()).nullable().openapi({ description: 'Null: all that the app may see.' }),
    requested_at: timestamp,
    requested_by: z.string().nullable(),
    finished_at: timestamp.nullable(),
    error: z.string().nullable(),
  })
  .openapi('Sync', {
    example: {
      id: 7,
      reason: 'request',
      state: 'running',
      repositories: ['acme/shop'],
      requested_at: '2026-03-01T12:30:00.000Z',
      requested_by: 'operator',
      finished_at: null,
      error: null,
    },
  });

export const orgProgressSchema = z
  .object({
    state: z.enum(['off', 'idle', 'running', 'waiting', 'suspended']).openapi({
      description:
        '`off`: Shiplog is not connected to GitHub. `waiting`: for `waiting.until`. `suspended`: the app is suspended, or not installed.',
    }),
    action: z.string().nullable().openapi({ description: 'What to do, when something has to be done.' }),
    phase: z.enum(['repositories', 'recent', 'rest']).nullable(),
    done,
    total,
    rate_per_minute: z.int().openapi({ description: 'Over the last minute.' }),
    time_left_s: timeLeft,
    waiting: z.object({ reason: z.enum(['rate_limit', 'retry']), until: timestamp }).nullable(),
    budget: z
      .array(
        z.object({ resource: z.enum(['core', 'graphql']), limit: z.int(), remaining: z.int(), resets_at: timestamp }),
      )
      .openapi({
        description:
          'What GitHub has left for the app: REST requests (`core`) and GraphQL points. Empty until it has told, and after a reset. History leaves some of it to live work.',
      }),
    syncs: z.array(syncSchema).openapi({ description: 'Those that run, and the latest others: ten at most.' }),
    repositories: z
      .array(repositoryProgressSchema)
      .openapi({ description: 'Those that are not done, by name: 100 at most. `/sync/repositories` lists all.' }),
  })
  .openapi('OrgProgress');
