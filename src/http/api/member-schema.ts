import { z } from '@hono/zod-openapi';
import type { Member, OwnFlags } from '../../tenancy/members.ts';
import { type Flag, roles } from '../../tenancy/roles.ts';
import { iso, timestamp } from './parameters.ts';

const flagExample = {
  can_manage_members: false,
  can_manage_repositories: false,
  can_view_analytics: true,
  can_export_data: true,
};

/** What a member may, as it comes to. */
export const flagFields = {
  can_manage_members: z.boolean(),
  can_manage_repositories: z.boolean(),
  can_view_analytics: z.boolean(),
  can_export_data: z.boolean(),
} satisfies Record<Flag, z.ZodBoolean>;

const ownFlag = z.boolean().nullable().optional().openapi({ description: 'Null: as the role has it.' });

/** What is set for a member. */
export const ownFlagFields = {
  can_manage_members: ownFlag,
  can_manage_repositories: ownFlag,
  can_view_analytics: ownFlag,
  can_export_data: ownFlag,
} satisfies Record<Flag, z.ZodType>;

export const memberSchema = z
  .object({
    id: z.int().openapi({ description: "The user's id on GitHub." }),
    login: z.string().nullable(),
    name: z.string().nullable(),
    role: z.enum(roles),
    source: z.enum(['github', 'manual']).openapi({
      description: '`manual`: the role was set by hand, or the member was invited; GitHub changes it no more.',
    }),
    ...flagFields,
    joined_at: timestamp.openapi({ description: 'Since when Shiplog knows of it.' }),
    invited_by: z.string().nullable().openapi({ description: 'Null for those who come from GitHub.' }),
  })
  .openapi('Member', {
    example: {
      id: 583231,
      login: 'ann',
      name: 'Ann Lee',
      role: 'manager',
      source: 'github',
      ...flagExample,
      joined_at: '2026-03-01T12:30:00.000Z',
      invited_by: null,
    },
  });

export const invitationExample = {
  id: 5,
  login: null,
  email: 'kim@acme.example',
  role: 'viewer',
  can_manage_members: null,
  can_manage_repositories: null,
  can_view_analytics: null,
  can_export_data: true,
  invited_by: 'ann',
  created_at: '2026-03-01T12:30:00.000Z',
  expires_at: '2026-03-08T12:30:00.000Z',
} as const;

export const invitationSchema = z
  .object({
    id: z.int(),
    login: z.string().nullable(),
    email: z.string().nullable(),
    role: z.enum(roles),
    ...ownFlagFields,
    invited_by: z.string(),
    created_at: timestamp,
    expires_at: timestamp,
  })
  .openapi('Invitation', { example: invitationExample });

export function presentMember(row: Member): z.infer<typeof memberSchema> {
  const { user_id, login, name, role, source, joined_at, invited_by } = row;
  return { id: user_id, login, name, role, source, ...row.flags, joined_at: iso(joined_at), invited_by };
}

/** Those that are not given are null. */
export function ownFlagsOf(given: { readonly [F in Flag]?: boolean | null | undefined }): OwnFlags {
  const { can_manage_members = null, can_manage_repositories = null } = given;
  const { can_view_analytics = null, can_export_data = null } = given;
  return { can_manage_members, can_manage_repositories, can_view_analytics, can_export_data };
}
