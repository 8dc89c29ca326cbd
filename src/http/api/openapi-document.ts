import packageJson from '../../../package.json' with { type: 'json' };
import { SESSION_COOKIE } from '../login/session-cookie.ts';
import type { Api } from './api-env.ts';

const description = `Reads what Shiplog has stored of an organization.

- Send a token as \`Authorization: Bearer …\`: an API token of the organization (\`shp_…\`), or the operator's.
- A token or a person has 1,200 requests a minute; \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` say what is left, and 429 comes with \`Retry-After\`.
- Times are ISO 8601 in UTC; durations are in seconds and their names end in \`_s\`.
- A list has at most \`limit\` objects and a \`next_cursor\`, which gets the next page; the \`Link\` header says the same. Lists have no totals: an organization and a repository have \`counts\`.
- **null means unknown or not measured**, never zero.
- Errors are problem details (RFC 9457); those of a parameter are listed in \`errors\`. Quote \`request_id\` when you ask about one.
- A POST with an \`Idempotency-Key\` is done once, however often it is sent within a day.
- A read has an \`ETag\`; send it as \`If-None-Match\` to get 304 while nothing has changed.`;

const tags = [
  { name: 'Organizations', description: 'Accounts that have the app installed.' },
  { name: 'Repositories' },
  { name: 'Contributors', description: 'Persons and bots, each with all their emails.' },
  {
    name: 'Teams and access',
    description: 'Who may do what, by which grant, now and at any time since Shiplog reads it.',
  },
  { name: 'Commits' },
  { name: 'Pull requests' },
  { name: 'Issues' },
  { name: 'Releases and deployments' },
  { name: 'Sync', description: 'What is read from GitHub, and how far it is.' },
  { name: 'Members', description: 'Who has which role, and who is invited.' },
  { name: 'Shares', description: 'Views of the metrics for people who have no account.' },
  { name: 'Tokens', description: 'What programs call the API with.' },
  { name: 'Audit log', description: 'Who has changed, exported or tried what; nobody can take it back.' },
  { name: 'Administration', description: 'For the operator of this instance.' },
];

/** OpenAPI 3.1, from the routes. */
export function createDocument(api: Api) {
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token of an organization: `shp_…`, with a role and scopes.',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description:
      'A person who has logged in with GitHub. Writes need the header `X-CSRF-Token`, too: see `GET /api/v1/me`.',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator token of this instance: `SHIPLOG_OPERATOR_TOKEN`.',
  });
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Shiplog API', version: packageJson.version, description, license: { name: 'Apache-2.0' } },
    tags,
  });
}
