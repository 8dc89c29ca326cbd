import { z } from 'zod';
import type { Json } from '../../example-payloads.ts';
import { nodeId } from '../node-id.ts';
import { notFound, Refusal, type StandInResponse } from '../request.ts';
import type { Repository } from '../truth/repository.ts';
import type { CheckRun } from '../truth/work.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route } from './route.ts';

const permission = 'checks';
const MOST_TEXT = 65_535;

const changes = z.object({
  name: z.string().optional(),
  head_sha: z.string().optional(),
  external_id: z.string().optional(),
  status: z.string().optional(),
  conclusion: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  details_url: z.string().optional(),
  output: z
    .object({
      title: z.string(),
      summary: z.string().max(MOST_TEXT),
      text: z.string().max(MOST_TEXT).optional(),
      annotations: z.array(z.record(z.string(), z.unknown())).max(50).optional(),
    })
    .optional(),
  actions: z.array(z.record(z.string(), z.unknown())).max(3).optional(),
});

export const checkRunRoutes: Route[] = [
  {
    route: 'POST /repos/{owner}/{repo}/check-runs',
    permission,
    level: 'write',
    answer: (call) => {
      const repository = repositoryOf(call);
      const wanted = readChanges(call);
      if (!repository.commits.has(wanted.head_sha ?? ''))
        throw new Refusal(422, `No commit found for SHA: ${wanted.head_sha}`);
      const run: CheckRun = {
        id: call.truth.nextId(),
        name: wanted.name ?? '',
        headSha: wanted.head_sha ?? '',
        externalId: '',
        status: 'queued',
        conclusion: null,
        startedAt: null,
        completedAt: null,
        detailsUrl: null,
        output: { title: null, summary: null, text: null },
        annotations: [],
        actions: [],
      };
      change(run, wanted);
      repository.checkRuns.push(run);
      return { status: 201, body: checkRunJson(repository, run) };
    },
  },
  {
    route: 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
    permission,
    level: 'write',
    answer: (call) => {
      const { repository, run } = checkRunOf(call);
      change(run, readChanges(call));
      return ok(checkRunJson(repository, run));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}',
    permission,
    answer: (call) => {
      const { repository, run } = checkRunOf(call);
      return ok(checkRunJson(repository, run));
    },
  },
  { route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs', permission, answer: (call) => listCheckRuns(call) },
];

function listCheckRuns(call: RestCall): StandInResponse {
  const repository = repositoryOf(call);
  const sha = repository.resolve(param(call, 'ref'))?.sha;
  const name = call.request.query.get('check_name');
  const runs = repository.checkRuns.filter((run) => run.headSha === sha && (name ?? run.name) === run.name);
  return list(
    call,
    runs,
    (run) => checkRunJson(repository, run),
    (page) => ({
      total_count: runs.length,
      check_runs: page,
    }),
  );
}

function checkRunOf(call: RestCall) {
  const repository = repositoryOf(call);
  const run = repository.checkRuns.find(({ id }) => id === Number(param(call, 'check_run_id')));
  if (!run) throw notFound();
  return { repository, run };
}

function readChanges({ request }: RestCall): z.infer<typeof changes> {
  const read = changes.safeParse(JSON.parse(request.body.toString()));
  if (read.success) return read.data;
  throw new Refusal(422, `Invalid request. ${read.error.message}`);
}

/** Annotations are appended, the rest is replaced. */
function change(run: CheckRun, wanted: z.infer<typeof changes>): void {
  run.externalId = wanted.external_id ?? run.externalId;
  run.conclusion = wanted.conclusion ?? run.conclusion;
  run.status = wanted.conclusion === undefined ? (wanted.status ?? run.status) : 'completed';
  run.startedAt = wanted.started_at ?? run.startedAt ?? now();
  run.completedAt = wanted.completed_at ?? (run.status === 'completed' ? (run.completedAt ?? now()) : null);
  run.detailsUrl = wanted.details_url ?? run.detailsUrl;
  run.actions = wanted.actions ?? run.actions;
  if (!wanted.output) return;
  const { title, summary, text = null, annotations = [] } = wanted.output;
  run.output = { title, summary, text };
  run.annotations.push(...annotations);
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

function checkRunJson(repository: Repository, run: CheckRun): Json {
  const url = `https://api.github.com/repos/${repository.fullName}/check-runs/${run.id}`;
  const html = `https://github.com/${repository.fullName}/runs/${run.id}`;
  return {
    id: run.id,
    head_sha: run.headSha,
    node_id: nodeId('CR', repository.id, run.id),
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: run.id + 1 },
    app: null,
    pull_requests: [],
  };
}
