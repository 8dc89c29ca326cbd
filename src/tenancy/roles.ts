/** Roles of members and tokens, the least first. */
export const roles = ['viewer', 'developer', 'manager', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

export const flags = [
  'can_manage_members',
  'can_manage_repositories',
  'can_view_analytics',
  'can_export_data',
] as const;
export type Flag = (typeof flags)[number];
export type Flags = Readonly<Record<Flag, boolean>>;

/** The least role that has a flag, unless it is set otherwise for a member. */
const leastRole: Readonly<Record<Flag, Role>> = {
  can_manage_members: 'admin',
  can_manage_repositories: 'admin',
  can_view_analytics: 'viewer',
  can_export_data: 'manager',
};

export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** @param own what is set for one member; null or absent: as the role has it */
export function flagsOf(role: Role, own: Readonly<Partial<Record<Flag, boolean | null>>> = {}): Flags {
  const has = (flag: Flag) => own[flag] ?? isAtLeast(role, leastRole[flag]);
  return {
    can_manage_members: has('can_manage_members'),
    can_manage_repositories: has('can_manage_repositories'),
    can_view_analytics: has('can_view_analytics'),
    can_export_data: has('can_export_data'),
  };
}
