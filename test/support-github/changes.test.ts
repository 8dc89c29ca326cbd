import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { schemas } from '@octokit/openapi-webhooks';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mapEvent } from '../../src/events/map-event.ts';
import { webhookEvent } from '../support/webhook-event.ts';
import { appJwt, octokitWith } from '../support/github/octokit.ts';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';
import type { Webhook } from '../support/github/hook/hook.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(schemas['api.github.com'], 'github');

let standIn: StandIn;
beforeEach(async () => {
  standIn = await startStandIn();
  sampleOrg(standIn.truth, 1, { repositories: 3 });
});
afterEach(() => standIn.stop());

/** What is wrong with a payload by GitHub's description of its event. */
function problems({ event, action, payload }: Webhook): string[] {
  const name = [event, ...(action === null ? [] : [action])].join('-').replaceAll('_', '-');
  const validate = ajv.compile({ $ref: `github#/components/schemas/webhook-${name}` });
  validate(payload);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${name} ${instancePath} ${message}`);
}

it('makes the webhooks that GitHub describes', async () => {
  const { change, truth } = standIn;
  const { organization } = truth;
  const [repository, other] = organization.repositories;
  const [owner, , member] = organization.members.keys();
  const newcomer = truth.addPerson({ login: 'newcomer' });
  const elsewhere = truth.addOrganization({ login: 'elsewhere', createdAt: '2024-01-01T00:00:00Z' });
  if (!repository || !other || !owner || !member) throw new Error('the sample is too small');
  elsewhere.members.set(owner, 'admin');
  const installation = await change.installations.install(organization);
  await change.installations.install(elsewhere);
  await change.git.push(repository, { commits: 2 });
  const pull = await change.pulls.openPullRequest(repository, { draft: true, labels: ['bug'], author: member });
  await change.pulls.setDraft(repository, pull, false);
  await change.pulls.pushToPull(repository, pull);
  const [replaced = ''] = pull.commits;
  await change.pulls.pushToPull(repository, pull, { force: true });
  expect(repository.pullsOf(replaced)).toEqual([]);
  expect(repository.pullsOf(pull.headSha)).toEqual([pull]);
  await change.pulls.retitlePull(repository, pull, 'Better');
  await change.pulls.labelPull(repository, pull, 'feature');
  const review = await change.pulls.review(repository, pull, { author: owner, state: 'CHANGES_REQUESTED' });
  await change.pulls.commentOnLine(repository, pull, review);
  await change.pulls.dismissReview(repository, pull, review);
  await change.pulls.setDraft(repository, pull, true);
  await change.pulls.merge(repository, pull);
  await change.git.deleteBranch(repository, pull.headRef);
  const closed = await change.pulls.openPullRequest(repository);
  await change.pulls.closePullRequest(repository, closed);
  await change.pulls.reopenPullRequest(repository, closed);
  const issue = await change.issues.openIssue(repository, { labels: ['incident'] });
  const comment = await change.issues.comment(repository, issue, owner);
  await change.issues.comment(repository, closed, owner);
  await change.issues.deleteComment(repository, issue, comment);
  await change.issues.closeIssue(repository, issue);
  await change.issues.reopenIssue(repository, issue);
  const release = await change.deliveries.release(repository, 'v9.0.0');
  await change.deliveries.deleteRelease(repository, release);
  await change.deliveries.deploy(repository, { states: ['in_progress', 'failure', 'inactive'] });
  await change.deliveries.runWorkflow(repository);
  const team = await change.teams.addTeam(organization, { slug: 'newest', parent: organization.teams[0] ?? null });
  await change.teams.addTeamMember(organization, team, { person: member });
  await change.teams.addTeamRepository(team, repository, 'maintain');
  await change.teams.removeTeamRepository(team, repository);
  await change.teams.removeTeamMember(organization, team, member);
  await change.teams.renameTeam(organization, team, 'older');
  await change.teams.deleteTeam(organization, team);
  await change.teams.addMember(organization, newcomer);
  await change.teams.addCollaborator(repository, newcomer, 'triage');
  await change.teams.editCollaborator(repository, newcomer, 'admin');
  await change.teams.removeCollaborator(repository, newcomer);
  await change.teams.removeMember(organization, newcomer);
  await change.repositories.createRepository(organization, 'fresh');
  await change.repositories.renameRepository(repository, 'renamed');
  await change.repositories.setPrivate(repository, true);
  await change.repositories.setPrivate(repository, false);
  await change.repositories.archive(repository);
  await change.repositories.archive(repository, false);
  await change.repositories.transfer(other, elsewhere);
  await change.installations.renameOrganization(installation, 'acme-renamed');
  installation.repositorySelection = 'selected';
  await change.installations.selectRepository(installation, repository);
  await change.installations.deselectRepository(installation, repository);
  await change.installations.acceptPermissions(installation, { metadata: 'read' });
  await change.installations.suspend(installation);
  await change.installations.unsuspend(installation);
  await change.installations.uninstall(installation);
  expect(standIn.hook.webhooks.flatMap(problems)).toEqual([]);
  for (const { event, payload } of standIn.hook.webhooks)
    expect(mapEvent(webhookEvent(event, payload))).toHaveProperty('facts');
  expect(standIn.hook.webhooks.length).toBeGreaterThan(60);
});

it('delivers signed webhooks, twice where the test says so, and late', async () => {
  const { change, truth, hook } = standIn;
  const repository = truth.repository('acme/service-1');
  const received: { guid: string; event: string; isSigned: boolean }[] = [];
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signature = createHmac('sha256', standIn.webhookSecret)
      .update(await text(request))
      .digest('hex');
    const { 'x-github-delivery': guid, 'x-github-event': event, 'x-hub-signature-256': given } = request.headers;
    received.push({ guid: String(guid), event: String(event), isSigned: given === `sha256=${signature}` });
    response.writeHead(event === 'release' ? 500 : 202).end();
  }
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  hook.target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
  await change.installations.install(truth.organization);
  hook.fate = ({ event }) => (event === 'issues' ? 'doubled' : event === 'push' ? 'held' : 'delivered');
  await change.git.push(repository);
  await change.issues.openIssue(repository);
  await change.deliveries.release(repository, 'v9.0.0');
  await hook.release((held) => held.toReversed());
  server.close();
  server.closeAllConnections();
  expect(received.map(({ event }) => event)).toEqual([
    'installation',
    'issues',
    'issues',
    'create',
    'release',
    'push',
    'push',
  ]);
  expect(received[1]?.guid).toBe(received[2]?.guid);
  expect(received.every(({ isSigned }) => isSigned)).toBe(true);
  expect(hook.attempts.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 202, 500, 202, 202]);
});

it('lists what became of its webhooks, and delivers one again', async () => {
  const { change, truth, hook } = standIn;
  const fates = ['lost', 'forgotten', 'held', 'lost'] as const;
  hook.fate = () => fates[hook.webhooks.length - 1] ?? 'lost';
  await change.installations.install(truth.organization);
  for (let count = 0; count < 3; count += 1) await change.issues.openIssue(truth.repository('acme/service-1'));
  const app = octokitWith(standIn, appJwt(standIn));
  const first = await app.request('GET /app/hook/deliveries', { per_page: 1 });
  const cursor = /cursor=(\w+)/.exec(first.headers.link ?? '')?.[1] ?? '';
  const second = await app.request('GET /app/hook/deliveries', { per_page: 1, cursor });
  expect(second.headers.link).toBeUndefined();
  expect([first.data[0]?.guid, second.data[0]?.guid]).toEqual([hook.webhooks[3]?.guid, hook.webhooks[0]?.guid]);
  await hook.release();
  await app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: Number(first.data[0]?.id) });
  const { data } = await app.request('GET /app/hook/deliveries');
  expect(data.map(({ guid }) => guid)).toEqual([3, 2, 3, 0].map((index) => hook.webhooks[index]?.guid));
  expect(data[0]?.redelivery).toBe(true);
  const whole = await app.request('GET /app/hook/deliveries/{delivery_id}', { delivery_id: Number(data[0]?.id) });
  expect(whole.data.request.payload).toEqual(hook.webhooks[3]?.payload);
  expect(standIn.violations).toEqual([]);
});
