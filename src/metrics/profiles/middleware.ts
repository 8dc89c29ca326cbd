import type { Profile } from './profile.ts';

const service = 'https://github.com/middlewarehq/middleware/blob/main/backend/analytics_server/mhq/service';
const incidents = `${service}/incidents/incidents.py`;

export const middleware: Profile = {
  tool: 'Middleware',
  metrics: {
    'deployment-frequency': {
      settings: { statistic: 'whole_per_day', finish: 'start_of_run' },
      source: `${service}/deployments/analytics.py`,
    },
    'lead-time': {
      settings: {
        unit: 'merged_pull_request',
        link: 'branch_and_time',
        span: 'five_stages',
        statistic: 'mean',
        window: 'merged',
        bots: 'counted',
        finish: 'start_of_run',
      },
      source: `${service}/code/lead_time.py`,
      sources: {
        link: `${service}/merge_to_deploy_broker/mtd_handler.py`,
        span: `${service}/code/sync/etl_code_analytics.py`,
      },
    },
    'change-fail-rate': {
      settings: { blame: 'until_next', finish: 'start_of_run' },
      source: incidents,
    },
    'recovery-time': {
      settings: {
        unit: 'incident',
        incidents: 'with_reverts',
        start: 'opening',
        end: 'close',
        statistic: 'mean',
        window: 'closed',
      },
      source: incidents,
      sources: { incidents: `${service}/incidents/sync/etl_git_incidents_handler.py` },
    },
  },
  limits: [
    'Middleware knows workflow runs and merges as deployments, and nothing else: choose one of these as the source of deployments to compare.',
    'Middleware follows pull requests that were merged to a branch which was merged later. Here those that were merged to the deployed branch itself count.',
    'Middleware has no environments of incidents. Where one is asked for, those count that blame a deployment to it by the rules of Shiplog.',
    'Middleware counts a team. Ask for the same team, or for the same repositories, as there.',
  ],
};
