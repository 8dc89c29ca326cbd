import { type Role, roles } from './roles.ts';

/** What a token may do within its role. */
export const scopes = ['read', 'write', 'ingest', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const scopeMeanings: Readonly<Record<Scope, string>> = {
  read: 'reads what its role may read',
  write: 'says what happened: marks deployments, links incidents, shares',
  ingest: 'sends deployments and incidents of other tools',
  admin: 'administers: members, repositories, settings, tokens, and what tells of them',
};

const leastRole: Readonly<Record<Scope, Role>> = { read: 'viewer', write: 'manager', ingest: 'admin', admin: 'admin' };

/** The least role with which each of the scopes is of use. */
export function leastRoleFor(wanted: readonly Scope[]): Role {
  const ranks = wanted.map((scope) => roles.indexOf(leastRole[scope]));
  return roles[Math.max(0, ...ranks)] ?? 'viewer';
}
