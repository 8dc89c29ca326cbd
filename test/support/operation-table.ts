import { randomUUID } from 'node:crypto';
import type { Database } from '../../db/connection.ts';
import type { Scope } from '../../src/tenancy/scopes.ts';
import { addMember } from './callers.ts';
import { storeFacts } from './api.ts';
import { contributorFact } from './sample-facts.ts';

/** As the design writes it: viewer, developer, manager, admin, owner, the operator of the instance; and anybody. */
type Least = 'V' | 'D' | 'M' | 'A' | 'O' | 'I' | 'anybody';

export interface Sent {
  /** Of the path. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  /** Instead of JSON. */
  readonly picture?: string;
}

export interface Row {
  readonly least: Least;
  readonly scope: Scope;
  /** What an allowed call answers with; 200 unless given. */
  readonly ok?: number;
  /** Where who calls makes a difference among those who may. */
  readonly okOf?: Readonly<Record<string, number>>;
  /** Makes what is needed for one call. */
  readonly send?: () => Sent | Promise<Sent>;
}

interface Made {
  readonly db: Database;
  /** As the operator; answers with the body. */
  readonly make: (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;
  readonly setLogo: () => Promise<void>;
  readonly purgeId: number;
  readonly deliveryGuid: string;
}

const ORG = '/api/v1/orgs/acme';
const SHA = 'a'.repeat(40);
export const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>';

const shop = () => ({ params: { repo: 'shop' } });
const team = () => ({ params: { slug: 'core' } });
const metric = () => ({ params: { metric: 'lead-time' } });
const deployment = () => ({ params: { id: 1 } });
const incident = () => ({ params: { id: 1, issue: 3 }, body: {} });
const read = (send?: Row['send']): Row => ({ least: 'V', scope: 'read', ...(send && { send }) });
const manages = (least: 'M' | 'A', scope: Scope, send?: Row['send']): Row => ({
  least,
  scope,
  ...(send && { send }),
});
const admin = (send?: Row['send']): Row => ({ least: 'A', scope: 'admin', ...(send && { send }) });
const owner = (send?: Row['send']): Row => ({ least: 'O', scope: 'admin', ...(send && { send }) });
const operator = (send?: Row['send']): Row => ({ least: 'I', scope: 'admin', ...(send && { send }) });

/** Who may call what, and with what: written by hand from the design, apart from the table in the code. */
export function operationTable({ db, make, setLogo, purgeId, deliveryGuid }: Made): Readonly<Record<string, Row>> {
  let next = 10_000;
  const person = async (): Promise<number> => {
    next += 1;
    await storeFacts(db, 1, 'acme', { contributors: [contributorFact(next, `p${next}`)] });
    return next;
  };
  const member = async () => {
    next += 1;
    return addMember(db, { tenantId: 1, org: 'acme', userId: next, role: 'viewer' });
  };
  const made = async (path: string, body: object) => Number((await make('POST', `${ORG}/${path}`, body))['id']);
  const token = async () => ({ id: await made('tokens', { name: 'a', scopes: ['admin'] }) });
  const share = () => make('POST', `${ORG}/shares`, { name: 'a', view: { metrics: ['lead-time'] } });
  const marked = async () => {
    await make('PUT', `${ORG}/deployments/1/failure`, { reason: 'down' });
    return deployment();
  };
  const linked = async () => {
    await make('PUT', `${ORG}/deployments/1/incidents/3`, {});
    return { params: { id: 1, issue: 3 } };
  };

  return {
    getMe: read(),
    listOrgs: read(),
    getOrg: read(),
    streamEvents: read(),
    exportArchive: owner(),

    listMetrics: read(),
    getMetric: read(metric),
    listMetricRows: read(metric),
    explainMetric: read(metric),

    listRepositories: read(),
    getRepository: read(shop),
    listCommits: read(),
    listPullRequests: read(),
    getPullRequest: read(() => ({ params: { repo: 'shop', number: 1 } })),
    getPullRequestCheckRun: read(() => ({ params: { repo: 'shop', number: 1 } })),
    listReviews: read(),
    listIssues: read(),
    listReleases: read(),
    listDeployments: read(),
    getDeployment: read(deployment),
    listIncidents: read(),
    listEnvironments: read(),
    // By `can_manage_repositories`.
    changeRepository: admin(() => ({ ...shop(), body: { tracked: true } })),

    reportDeployment: {
      ...manages('A', 'ingest', () => ({
        body: { repository: 'shop', id: randomUUID(), sha: SHA, state: 'success', at: '2026-03-02T10:00:00Z' },
      })),
      ok: 201,
    },
    reportIncident: {
      ...manages('A', 'ingest', () => ({
        body: { repository: 'shop', id: randomUUID(), title: 'Down', opened_at: '2026-03-03T11:00:00Z' },
      })),
      ok: 201,
    },
    markDeployment: manages('M', 'write', () => ({ ...deployment(), body: { reason: 'down' } })),
    unmarkDeployment: manages('M', 'write', marked),
    linkIncident: manages('M', 'write', incident),
    unlinkIncident: manages('M', 'write', linked),

    listContributors: read(),
    getContributor: read(async () => ({ params: { id: await person() } })),
    // A token and the operator are nobody who contributes.
    getOwnContributor: { ...read(), okOf: { operator: 404, token: 404 } },
    changeContributor: admin(async () => ({ params: { id: await person() }, body: { bot: true } })),
    eraseContributor: { ...owner(async () => ({ params: { id: await person() } })), ok: 202 },
    listErasures: owner(),

    listTeams: read(),
    getTeam: read(team),
    listTeamMembers: read(team),
    changeTeam: admin(() => ({ ...team(), body: { lead: null } })),

    listRepositoryAccess: manages('M', 'read', shop),
    listPersonAccess: manages('M', 'read', async () => ({ params: { login: await person() } })),
    listAccessChanges: manages('M', 'read'),

    listMembers: read(),
    // By `can_manage_members`, as are invitations.
    inviteMember: { ...admin(() => ({ body: { login: `new-${(next += 1)}`, role: 'viewer' } })), ok: 201 },
    changeMember: admin(async () => ({ params: { login: await member() }, body: { role: 'developer' } })),
    removeMember: admin(async () => ({ params: { login: await member() } })),
    listInvitations: admin(),
    deleteInvitation: admin(async () => ({
      params: { id: await made('members', { login: `new-${(next += 1)}`, role: 'viewer' }) },
    })),

    getDataHealth: read(),
    listRepositoryHealth: read(),
    getSync: read(),
    listSyncedRepositories: read(),
    startSync: { ...admin(), ok: 202 },
    cancelSync: admin(async () => ({ params: { id: Number((await make('POST', `${ORG}/sync`))['id']) } })),

    // By `can_export_data`.
    exportRows: manages('M', 'read', () => ({ params: { file: 'lead-time.csv' } })),
    exportDeployments: manages('M', 'read'),
    exportPullRequests: manages('M', 'read'),
    exportIncidents: manages('M', 'read'),

    listShares: manages('M', 'read'),
    createShare: { ...manages('M', 'write', () => ({ body: { name: 'a' } })), ok: 201 },
    deleteShare: manages('M', 'write', async () => ({ params: { id: Number((await share())['id']) } })),
    getShared: {
      least: 'anybody',
      scope: 'read',
      send: async () => ({
        params: {
          token:
            String((await share())['url'])
              .split('/')
              .at(-1) ?? '',
        },
      }),
    },

    getSettings: admin(),
    changeSettings: admin(() => ({ body: { week_start: 'sunday' } })),
    getMetricDefinition: admin(),
    changeMetricDefinition: admin(() => ({ body: { leave_out_bots: true } })),
    getCheckRunSettings: admin(),
    changeCheckRunSettings: admin(() => ({ body: {} })),
    getBranding: admin(),
    changeBranding: admin(() => ({ body: { name: 'Acme' } })),
    setLogo: admin(() => ({ picture: LOGO })),
    removeLogo: admin(async () => {
      await setLogo();
      return {};
    }),
    getLogo: read(async () => {
      await setLogo();
      return {};
    }),
    // This is nobody's own domain.
    getServedBranding: { least: 'anybody', scope: 'read', ok: 404 },
    getServedLogo: { least: 'anybody', scope: 'read', ok: 404 },

    listTokens: owner(),
    createToken: { ...owner(() => ({ body: { name: 'a', scopes: ['admin'] } })), ok: 201 },
    rotateToken: { ...owner(async () => ({ params: await token(), body: {} })), ok: 201 },
    deleteToken: owner(async () => ({ params: await token() })),

    listAuditLog: admin(),
    exportAuditLog: admin(),
    getPlan: admin(),
    listUsage: admin(),
    setPlan: operator(() => ({ body: { plan: 'enterprise' } })),

    listAdminOrgs: operator(),
    // The App is installed there.
    deleteOrg: { ...operator(), ok: 409 },
    listPurges: operator(),
    getPurge: operator(() => ({ params: { id: purgeId } })),
    listJobs: operator(),
    listDeliveries: operator(),
    getDelivery: operator(() => ({ params: { guid: deliveryGuid } })),
    replayDelivery: { ...operator(() => ({ params: { guid: deliveryGuid } })), ok: 202 },
  };
}
