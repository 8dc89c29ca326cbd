import type { Profile } from './profile.ts';

const repository = 'https://github.com/apache/incubator-devlake/blob/main';
const tasks = `${repository}/backend/plugins/dora/tasks`;
const dashboard = `${repository}/grafana/dashboards/DORA.json`;

const limits = [
  'DevLake compares a deployment with the one before it. Here a commit belongs to the first deployment of its environment that reaches it, so after a rollback to what is older than the first one DevLake has more.',
  'DevLake does not know a deployed commit that no branch has. Here it stands for the merge that was found for it.',
  'What is an incident, and what production, are settings of both tools: set them to what DevLake had.',
];

export const devlake: Profile = {
  tool: 'Apache DevLake (report of 2023)',
  metrics: {
    'deployment-frequency': {
      settings: { statistic: 'days_per_week', finish: 'last_success' },
      source: dashboard,
    },
    'lead-time': {
      settings: {
        unit: 'merged_pull_request',
        link: 'first_of_repository',
        span: 'three_parts',
        statistic: 'lower_median',
        bots: 'counted',
        finish: 'last_success',
      },
      source: `${tasks}/change_lead_time_calculator.go`,
      sources: { statistic: dashboard, link: `${tasks}/prev_deployment_commit_enricher.go` },
    },
    'change-fail-rate': {
      settings: { blame: 'last_success', denominator: 'successes', finish: 'last_success' },
      source: dashboard,
      sources: { blame: `${tasks}/incident_deploy_connector.go` },
    },
    'recovery-time': {
      settings: {
        unit: 'incident',
        blame: 'last_success',
        end: 'close',
        rounding: 'minutes',
        statistic: 'lower_median',
        window: 'closed_and_deployed',
        finish: 'last_success',
      },
      source: dashboard,
      sources: { blame: `${tasks}/incident_deploy_connector.go` },
    },
  },
  limits,
};

/** As before, but for the time to restore. */
export const devlake2021: Profile = {
  tool: 'Apache DevLake (report of 2021)',
  metrics: {
    ...devlake.metrics,
    'recovery-time': {
      settings: {
        unit: 'incident',
        start: 'opening',
        end: 'close',
        rounding: 'minutes',
        statistic: 'lower_median',
        window: 'closed',
      },
      source: dashboard,
    },
  },
  limits,
};
