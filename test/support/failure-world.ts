import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { ConflictError, InvalidPayloadError, NotFoundError } from '../../src/errors.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { reportedNumber } from '../../src/facts/reported-number.ts';
import { saveDefinition } from '../../src/metrics/definition.ts';
import { markDeployment, unmarkDeployment } from '../../src/metrics/deployment-marks.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { linkIncident, rejectIncident, unlinkIncident } from '../../src/metrics/incident-links.ts';
import { getMarkedDeployment, type MarkedDeployment } from '../../src/metrics/marked-deployment.ts';
import { repositoryFact, SEEN_AT, storeFacts } from './api.ts';
import { BEFORE, counts, type Plan, type Step } from './failure-steps.ts';
import { commitFact, defaultBranchFact, deploymentFact, issueFact, pullFact, statusFact } from './sample-facts.ts';

const SHOP = 11;
const actor = { name: 'ann', address: null, userAgent: null };
const START = Date.UTC(2026, 2, 1);
const hours = (count: number) => new Date(START + count * 3_600_000).toISOString();
const shaOf = (letter: 'a' | 'b', number: number) => `${letter}${number}`.repeat(20);
const isLate = (step: Step) => 'late' in step && step.late;

type Told<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** A tenant with one repository: what happens to it is told to Shiplog, partly in another order. */
export class FailureWorld {
  readonly #db: Database;
  readonly #tenantId: number;
  readonly #plan: Plan;
  readonly #merged = new Set<number>();
  /** Not told yet. */
  readonly #next: Facts[] = [];
  readonly #late: Facts[] = [];
  #seen = 0;

  constructor(db: Database, tenantId: number, plan: Plan) {
    this.#db = db;
    this.#tenantId = tenantId;
    this.#plan = plan;
  }

  /** Commits on the main branch, each a merge of another one; pull requests; and half of the deployments. */
  async begin(): Promise<void> {
    const numbers = Array.from({ length: counts.commits }, (_, number) => number);
    const deployments = this.#plan.deployments.flatMap((_, index): Facts[] => {
      if (index % 2 === 1) return [];
      const id = index + 1;
      return [this.#deployment(id), this.#status({ id, state: 'success', hour: index * 12 })];
    });
    this.#next.push(
      repositoryFact(SHOP, 'acme/shop'),
      defaultBranchFact(SHOP),
      ...numbers.flatMap((number) => commitsOf(number, { isGap: this.#plan.gaps.includes(number) })),
      ...deployments,
      ...this.#plan.pulls.map(({ body, merged }, index) =>
        this.#pull({ number: index + 1, merged, body, labels: [], head_ref: 'topic' }),
      ),
    );
    await this.recompute();
  }

  async take(step: Step): Promise<void> {
    const { kind } = step;
    if (kind === 'recompute') await this.recompute();
    else if (kind === 'tellLate') this.tellLate();
    else if (kind === 'parents') this.#next.push(...this.#plan.gaps.flatMap((number) => commitsOf(number)));
    else if (kind === 'definition') await this.#define(step);
    else if (kind === 'mark' || kind === 'unmark') await this.#say(step.id, (trx, at) => saidOf(trx, at, step));
    else if (kind === 'link' || kind === 'reject' || kind === 'unlink') await this.#link(step);
    else (isLate(step) ? this.#late : this.#next).push(this.#factsOf(step));
  }

  tellLate(): void {
    this.#next.push(...this.#late.splice(0).toReversed());
  }

  async recompute(): Promise<void> {
    await this.#tell();
    await recomputeTouched(this.#db, this.#tenantId);
  }

  /** In batches, as a worker takes them. */
  async #tell(): Promise<void> {
    const facts = this.#next.splice(0);
    if (facts.length > 0) await storeFacts(this.#db, this.#tenantId, `acme-${this.#tenantId}`, ...facts);
  }

  /** When it is seen at GitHub: one after the other, however late it is told. */
  #seenAt(): string {
    this.#seen += 1;
    return new Date(Date.parse(SEEN_AT) + this.#seen * 1_000).toISOString();
  }

  #factsOf(step: Step): Facts {
    switch (step.kind) {
      case 'pull':
        return this.#pull(step);
      case 'issue':
        return this.#issue(step);
      case 'deletedIssue':
        return { issues: [{ repository_id: SHOP, number: step.number, deleted_at: this.#seenAt() }] };
      case 'deployment':
        return this.#deployment(step.id);
      case 'status':
        return this.#status(step);
      case 'reported':
        return this.#reported(step);
      default:
        throw new Error(`${step.kind} is no fact`);
    }
  }

  #pull({ number, merged, body, labels, head_ref }: Omit<Told<'pull'>, 'kind' | 'late'>): Facts {
    if (merged) this.#merged.add(number);
    const isMerged = this.#merged.has(number);
    const { opened = 0, open = 0 } = this.#plan.pulls[number - 1] ?? {};
    const merge = isMerged
      ? { state: 'merged', merged_at: hours(opened + open), merge_commit_sha: shaOf('a', number) }
      : {};
    const written = body?.replace(BEFORE, `#${Math.max(1, number - 1)}`) ?? null;
    const text = { at: this.#seenAt(), body: written, labels: [...labels], head_ref, head_sha: shaOf('b', number) };
    return { pull_requests: [pullFact(SHOP, number, { ...text, created_at: hours(opened), ...merge })] };
  }

  #issue({ number, labels, body, closed }: Told<'issue'>): Facts {
    const opened = this.#plan.issues[number - 21] ?? 0;
    const closed_at = closed === null ? null : hours(opened + closed);
    const text = { at: this.#seenAt(), labels: [...labels], body, state: closed_at ? 'closed' : 'open' };
    return { issues: [issueFact(SHOP, number, { ...text, created_at: hours(opened), closed_at })] };
  }

  #deployment(id: number): Facts {
    const { sha, environment = '' } = this.#plan.deployments[id - 1] ?? {};
    const fact = { at: this.#seenAt(), sha: sha ?? shaOf('a', id - 1), environment, created_at: hours(0) };
    return { deployments: [deploymentFact(SHOP, id, fact)] };
  }

  #status({ id, state, hour }: Pick<Told<'status'>, 'id' | 'state' | 'hour'>): Facts {
    this.#seen += 1;
    return { deployment_statuses: [statusFact(SHOP, id, { id: this.#seen, state, created_at: hours(hour) })] };
  }

  #reported({ name, opened, closed, names_deployment, names_pull }: Told<'reported'>): Facts {
    const times = { opened_at: hours(opened), closed_at: closed === null ? null : hours(opened + closed) };
    const names = { names_deployment, names_pull, names_sha: null };
    const observed = { at: this.#seenAt(), title: name, url: null, ...times, ...names };
    return { reported_incidents: [{ repository_id: SHOP, reported_id: name, observed }] };
  }

  async #define({ changes, ofRepository }: Told<'definition'>): Promise<void> {
    await this.#tell();
    const place = { tenantId: this.#tenantId, repositoryId: ofRepository ? SHOP : 0 };
    await withTenant(this.#db, this.#tenantId, (trx) => saveDefinition(trx, place, changes));
  }

  async #link({ kind, id, incident }: Told<'link' | 'reject' | 'unlink'>): Promise<void> {
    const number = typeof incident === 'string' ? reportedNumber(incident) : incident;
    const words = { link: linkIncident, reject: rejectIncident, unlink: unlinkIncident };
    const blamed = kind === 'link' ? undefined : await this.#findBlamed(number);
    await this.#say(blamed ?? id, (trx, deployment) => words[kind](trx, deployment, { number, actor }));
  }

  async #findBlamed(number: number): Promise<number | undefined> {
    const { rows } = await withTenant(this.#db, this.#tenantId, (trx) =>
      sql<{ id: number }>`
        select deployment_id as id from incidents
        where tenant_id = ${this.#tenantId} and number = ${number} and deployment_id is not null`.execute(trx),
    );
    return rows[0]?.id;
  }

  /** Of what is not there, or is another's, nobody can say anything: then nothing happens. */
  async #say(deploymentId: number, say: (trx: Trx, deployment: MarkedDeployment) => Promise<void>): Promise<void> {
    await this.#tell();
    const name = { tenantId: this.#tenantId, deploymentId, repositoryId: SHOP };
    try {
      await withTenant(this.#db, this.#tenantId, async (trx) => say(trx, await getMarkedDeployment(trx, name)));
    } catch (error) {
      const refused = [NotFoundError, ConflictError, InvalidPayloadError].some((kind) => error instanceof kind);
      if (!refused) throw error;
    }
  }
}

async function saidOf(trx: Trx, deployment: MarkedDeployment, word: Told<'mark' | 'unmark'>): Promise<void> {
  if (word.kind === 'unmark') return unmarkDeployment(trx, deployment, actor);
  const { failed, recovered } = word;
  const recoveredAt = failed && recovered !== null ? new Date(START + recovered * 3_600_000) : null;
  return markDeployment(trx, deployment, { failed, reason: 'seen', recoveredAt, actor });
}

/** One of the main branch and, but for the first and the last, the pull request's that it merges. */
function commitsOf(number: number, { isGap = false } = {}): Facts[] {
  const before = number === 0 ? [] : [shaOf('a', number - 1)];
  const isMerge = number > 0 && number <= counts.pulls;
  const main = commit(shaOf('a', number), isGap ? undefined : [...before, ...(isMerge ? [shaOf('b', number)] : [])]);
  if (!isMerge) return [main];
  const own = shaOf('b', number);
  return [main, commit(own, before), pullRequestCommitFacts({ repository_id: SHOP, number, shas: [own], at: SEEN_AT })];
}

function commit(sha: string, parents: readonly string[] | undefined): Facts {
  const counted = { at: SEEN_AT, additions: 1, deletions: 0, changed_files: 1 };
  return { commits: [{ ...commitFact(SHOP, sha), ...(parents && { detailed: { ...counted, parents } }) }] };
}
