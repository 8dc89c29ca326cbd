import type { Flag, Role } from '../../tenancy/roles.ts';
import type { Scope } from '../../tenancy/scopes.ts';

/** What a caller needs to be for an operation. The operator of the instance may do everything. */
export interface Requirement {
  /** The least role in the organization of the path; where a path names none, whoever is known will do. */
  readonly role: Role | 'operator' | 'anybody';
  /** Instead of a higher role: by default those have it who may call the operation, and it can be set for a member. */
  readonly flag?: Flag;
  /** What a token must be allowed. */
  readonly scope: Scope;
}

const read = { role: 'viewer', scope: 'read' } as const;
const analytics = { ...read, flag: 'can_view_analytics' } as const;
const managerRead = { role: 'manager', scope: 'read' } as const;
const managerWrite = { role: 'manager', scope: 'write' } as const;
const sharing = { ...managerWrite, flag: 'can_view_analytics' } as const;
const admin = { role: 'admin', scope: 'admin' } as const;
const ingest = { role: 'admin', scope: 'ingest' } as const;
const exported = { ...read, flag: 'can_export_data' } as const;
const owner = { role: 'owner', scope: 'admin' } as const;
const ofMembers = { role: 'viewer', flag: 'can_manage_members', scope: 'admin' } as const;
const ofRepositories = { role: 'viewer', flag: 'can_manage_repositories', scope: 'admin' } as const;
/** Strangers, too: of what is shown to whoever has the address. */
const anybody = { role: 'anybody', scope: 'read' } as const;
const operator = { role: 'operator', scope: 'admin' } as const;

/** Who may call what: the one place that says it. */
export const requirements = {
  getMe: read,
  listOrgs: read,
  getOrg: read,
  streamEvents: read,
  exportArchive: owner,
  listRepositories: read,
  getRepository: read,
  changeRepository: ofRepositories,
  getPlan: admin,
  listUsage: admin,
  getSettings: admin,
  changeSettings: admin,
  getBranding: admin,
  changeBranding: admin,
  getLogo: read,
  setLogo: admin,
  removeLogo: admin,
  getServedBranding: anybody,
  getServedLogo: anybody,
  setPlan: operator,
  listRepositoryAccess: managerRead,
  listPersonAccess: managerRead,
  listAccessChanges: managerRead,
  listTeams: read,
  getTeam: read,
  changeTeam: admin,
  listTeamMembers: read,
  listContributors: read,
  getOwnContributor: read,
  getContributor: read,
  changeContributor: admin,
  eraseContributor: owner,
  listErasures: owner,
  listCommits: read,
  listPullRequests: read,
  getPullRequest: read,
  getPullRequestCheckRun: read,
  listIssues: read,
  listReviews: read,
  listReleases: read,
  listDeployments: read,
  getDeployment: read,
  reportDeployment: ingest,
  reportIncident: ingest,
  listIncidents: read,
  listEnvironments: read,
  exportDeployments: exported,
  exportPullRequests: exported,
  exportIncidents: exported,
  markDeployment: managerWrite,
  unmarkDeployment: managerWrite,
  linkIncident: managerWrite,
  unlinkIncident: managerWrite,
  getSync: read,
  listSyncedRepositories: read,
  startSync: ofRepositories,
  cancelSync: ofRepositories,
  getDataHealth: read,
  listRepositoryHealth: read,
  listMetrics: analytics,
  getMetric: analytics,
  listMetricRows: analytics,
  explainMetric: analytics,
  listShares: { ...sharing, scope: 'read' },
  createShare: sharing,
  deleteShare: sharing,
  getShared: anybody,
  getCheckRunSettings: admin,
  changeCheckRunSettings: admin,
  exportRows: exported,
  getMetricDefinition: admin,
  changeMetricDefinition: admin,
  listMembers: read,
  inviteMember: ofMembers,
  changeMember: ofMembers,
  removeMember: ofMembers,
  listInvitations: ofMembers,
  deleteInvitation: ofMembers,
  listAuditLog: admin,
  exportAuditLog: admin,
  listTokens: owner,
  createToken: owner,
  rotateToken: owner,
  deleteToken: owner,
  listAdminOrgs: operator,
  deleteOrg: operator,
  listPurges: operator,
  getPurge: operator,
  listJobs: operator,
  listDeliveries: operator,
  getDelivery: operator,
  replayDelivery: operator,
} as const satisfies Readonly<Record<string, Requirement>>;

export type OperationId = keyof typeof requirements;

/** As the documentation of an operation says it. */
export function describeRequirement(operationId: OperationId): string {
  const { role, flag, scope }: Requirement = requirements[operationId];
  if (role === 'operator') return 'For the operator of this instance.';
  if (role === 'anybody') return 'For anybody.';
  const who = flag === undefined ? `role \`${role}\`` : `\`${flag}\``;
  return `Needs ${who}; a token, the scope \`${scope}\`, too.`;
}

/** As the OpenAPI document says it: by which of its schemes. */
export function securityOf(operationId: OperationId) {
  const { role } = requirements[operationId];
  if (role === 'anybody') return [];
  return [...(role === 'operator' ? [] : [{ session: [] }, { token: [] }]), { operator: [] }];
}
