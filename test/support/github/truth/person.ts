/** A GitHub account of a person or a bot. */
export interface Person {
  readonly id: number;
  login: string;
  readonly name: string;
  readonly email: string;
  readonly type: 'User' | 'Bot';
}

export type Role = string;

/** What the five built-in roles allow, the least first. */
const roles = ['read', 'triage', 'write', 'maintain', 'admin'] as const;
export type BaseRole = (typeof roles)[number];

export interface CustomRole {
  readonly id: number;
  readonly name: Role;
  readonly base: BaseRole;
}

/** A role as a person or a team has it: a built-in one, or a custom one of the organization by name. */
export function baseRole(role: Role, custom: readonly CustomRole[]): BaseRole {
  const base = roles.find((name) => name === role) ?? custom.find(({ name }) => name === role)?.base;
  if (!base) throw new Error(`there is no role ${role}`);
  return base;
}

export function highest(candidates: readonly Role[], custom: readonly CustomRole[]): Role | undefined {
  const rank = (role: Role) => roles.indexOf(baseRole(role, custom));
  return candidates.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** The old `permission` of REST, which knows fewer levels. */
export function legacyPermission(role: BaseRole | undefined): 'admin' | 'write' | 'read' | 'none' {
  if (role === undefined) return 'none';
  if (role === 'admin') return 'admin';
  return role === 'maintain' || role === 'write' ? 'write' : 'read';
}

export function permissionFlags(role: BaseRole): Record<'pull' | 'triage' | 'push' | 'maintain' | 'admin', boolean> {
  const rank = roles.indexOf(role);
  return { pull: true, triage: rank >= 1, push: rank >= 2, maintain: rank >= 3, admin: rank >= 4 };
}
