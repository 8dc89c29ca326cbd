import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { z } from 'zod';

/** A delivery as GitHub sends it. */
export interface GeneratedDelivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly body: Buffer;
}

type Json = Record<string, unknown>;
const json: z.ZodType<Json> = z.record(z.string(), z.unknown());
const exampleFile = z.array(z.object({ name: z.string(), examples: z.array(json) }));

const require = createRequire(import.meta.url);
const examples = exampleFile.parse(require('@octokit/webhooks-examples/api.github.com/index.json'));

const ORGANIZATION = { login: 'bench', id: 900_001, type: 'Organization' };
const REPOSITORIES = 40;
const PEOPLE = 200;

/** Payloads of real size: GitHub's own examples, with other ids, shas, people and times. 60 % push, 25 % pull request. */
export class DeliveryGenerator {
  #serial: number;

  /** @param start the first serial number: two generators with other starts tell of other commits */
  constructor(start = 0) {
    this.#serial = start;
  }

  next(): GeneratedDelivery {
    const serial = this.#serial++;
    const slot = serial % 20;
    if (slot < 12) return push(serial);
    if (slot < 17) return pullRequest(serial);
    return slot === 17 ? review(serial) : slot === 18 ? issue(serial) : deploymentStatus(serial);
  }
}

export const BENCH_TENANT = ORGANIZATION.id;

function push(serial: number): GeneratedDelivery {
  const commits = Array.from({ length: 1 + (serial % 3) }, (_, index) => commit(serial, index));
  const after = commits.at(-1)?.['id'];
  return delivery('push', null, {
    ...example('push', 5),
    ref: serial % 3 === 0 ? 'refs/heads/master' : `refs/heads/topic-${serial % 500}`,
    before: sha(`before ${serial}`),
    after,
    created: false,
    deleted: false,
    commits,
    head_commit: commits.at(-1),
    ...common(serial, { pushed_at: seconds(serial), created_at: 1_557_933_565 }),
    pusher: { name: person(serial).login, email: email(serial) },
  });
}

function commit(serial: number, index: number): Json {
  const author = { name: `Person ${serial % PEOPLE}`, email: email(serial), username: person(serial).login };
  const id = sha(`commit ${serial} ${index}`);
  return {
    id,
    tree_id: sha(`tree ${serial} ${index}`),
    distinct: true,
    message: `Change the ${serial}th thing\n\nIt was not as it should be, and now it is.\n\nCo-authored-by: Pair <pair${serial % 50}@bench.example>`,
    timestamp: time(serial),
    url: `https://github.com/bench/repository/commit/${id}`,
    author,
    committer: { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' },
    added: [],
    removed: [],
    modified: ['src/one.ts', 'src/another.ts', 'README.md'],
  };
}

function pullRequest(serial: number): GeneratedDelivery {
  const action = serial % 2 === 0 ? 'opened' : 'closed';
  const base = example('pull_request', action === 'opened' ? 0 : 4);
  return delivery('pull_request', action, {
    ...base,
    number: number(serial),
    pull_request: pullOf(base, serial),
    ...common(serial),
  });
}

function review(serial: number): GeneratedDelivery {
  const base = example('pull_request_review', 2);
  const reviewed = json.parse(base['review']);
  return delivery('pull_request_review', 'submitted', {
    ...base,
    review: { ...reviewed, id: serial + 1, user: person(serial + 7), submitted_at: time(serial) },
    pull_request: pullOf(base, serial),
    ...common(serial),
  });
}

function issue(serial: number): GeneratedDelivery {
  const base = example('issues', 1);
  const opened = json.parse(base['issue']);
  return delivery('issues', 'opened', {
    ...base,
    action: 'opened',
    issue: { ...opened, id: serial + 1, number: number(serial), user: person(serial), updated_at: time(serial) },
    ...common(serial),
  });
}

function deploymentStatus(serial: number): GeneratedDelivery {
  const base = example('deployment_status', 2);
  const [status, deployment] = [json.parse(base['deployment_status']), json.parse(base['deployment'])];
  return delivery('deployment_status', 'created', {
    ...base,
    deployment_status: { ...status, id: serial + 1, created_at: time(serial), updated_at: time(serial) },
    deployment: { ...deployment, id: serial + 1, sha: sha(`commit ${serial} 0`), updated_at: time(serial) },
    ...common(serial),
  });
}

function pullOf(base: Json, serial: number): Json {
  const pull = json.parse(base['pull_request']);
  return { ...pull, id: serial + 1, number: number(serial), user: person(serial), updated_at: time(serial) };
}

function common(serial: number, times: Json = {}): Json {
  const base = json.parse(example('push', 5)['repository']);
  const id = 1 + (serial % REPOSITORIES);
  const names = { id, name: `repository-${id}`, full_name: `bench/repository-${id}` };
  const dates = { created_at: time(0), updated_at: time(serial), pushed_at: time(serial), ...times };
  const owner = { ...json.parse(base['owner']), ...ORGANIZATION };
  return {
    repository: { ...base, ...names, ...dates, owner },
    organization: ORGANIZATION,
    sender: person(serial),
    installation: { id: 77, node_id: 'MDIzOkludGVncmF0aW9u' },
  };
}

function delivery(event: string, action: string | null, payload: Json): GeneratedDelivery {
  return { guid: randomUUID(), event, action, body: Buffer.from(JSON.stringify(payload)) };
}

function example(event: string, index: number): Json {
  const found = examples.find(({ name }) => name === event)?.examples[index];
  if (!found) throw new Error(`there is no example ${index} of ${event}`);
  return found;
}

function person(serial: number): Json & { login: string } {
  const id = 1_000 + (serial % PEOPLE);
  return { ...json.parse(example('push', 5)['sender']), login: `person-${id}`, id, type: 'User' };
}

function email(serial: number): string {
  return `person-${1_000 + (serial % PEOPLE)}@bench.example`;
}

const number = (serial: number) => 1 + (serial >> 1);
const sha = (text: string) => createHash('sha1').update(text).digest('hex');
const seconds = (serial: number) => 1_760_000_000 + serial;
const time = (serial: number) => new Date(seconds(serial) * 1_000).toISOString();
