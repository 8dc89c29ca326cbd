import { z } from '@hono/zod-openapi';
import { type RawBuilder, sql } from 'kysely';
import { time, timestamp } from './parameters.ts';

export const levelSchema = z
  .enum(['none', 'read', 'triage', 'write', 'maintain', 'admin', 'unknown'])
  .openapi('Level', {
    description: '`unknown` is what could not be read, which is not `none`.',
  });

/** What somebody may do in a repository, and by what. */
export const entryShape = {
  level: levelSchema,
  custom_role: z.string().nullable().openapi({ description: 'The name of the role, where it is not a built-in one.' }),
  path: z.string().nullable().openapi({
    description:
      'What grants it: `owner`, `direct`, `team backend › platform` (by way of the parent) or `base permission`. Null when no grant that Shiplog can read does.',
  }),
  reason: z.string().nullable().openapi({ description: 'Why it is unknown.' }),
  difference: z
    .object({ computed: levelSchema, github: levelSchema })
    .nullable()
    .openapi({ description: 'Where GitHub says another level than its grants come to. GitHub is right.' }),
  since: timestamp
    .nullable()
    .openapi({ description: 'Since when it is so, as far as Shiplog has seen; null: never seen.' }),
};

export const entryExample = {
  level: 'write' as const,
  custom_role: null,
  path: 'team backend › platform',
  reason: null,
  difference: null,
  since: '2026-03-01T12:30:00.000Z',
};

type Level = z.infer<typeof levelSchema>;

export interface EntryColumns {
  readonly level: Level;
  readonly custom_role: string | null;
  readonly path: string | null;
  readonly reason: string | null;
  readonly computed_level: Level | null;
  readonly github_level: Level | null;
  readonly since: Date | null;
}

export function entryOf({ level, custom_role, path, reason, computed_level, github_level, since }: EntryColumns) {
  const differs = github_level !== null && computed_level !== null && computed_level !== 'unknown';
  return {
    level,
    custom_role,
    path,
    reason,
    difference: differs ? { computed: computed_level, github: github_level } : null,
    since: since && since.toISOString(),
  };
}

export const atParameter = time
  .refine((value) => value === undefined || value.getTime() <= Date.now(), 'is in the future; leave it out for now')
  .openapi({
    type: 'string',
    description:
      'As it was at this time: ISO 8601, such as `2026-03-01T12:30:00Z`; a date alone is its midnight in UTC. Now unless given.',
  });

/** The condition that a row of `repository_access` was in force. */
export function inForce(alias: string, at: Date | undefined): RawBuilder<boolean> {
  const [from, to] = [sql.ref(`${alias}.valid_from`), sql.ref(`${alias}.valid_to`)];
  if (at === undefined) return sql`${to} is null`;
  return sql`(${from} <= ${at}::timestamptz and (${to} is null or ${to} > ${at}::timestamptz))`;
}

export const NOT_READ = 'Nobody has read it by then.';
