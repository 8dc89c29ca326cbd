import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { evaluate } from '../../src/checks/evaluate.ts';
import { recordFiles } from '../../src/checks/files/stored-files.ts';
import { readCheckFacts } from '../../src/checks/read-check-facts.ts';
import { render } from '../../src/checks/render.ts';
import type { MadeTenant } from '../metrics/made-tenant.ts';
import { percentile, timed } from '../metrics/timing.ts';
import { madeFiles, madeRules } from './made-files.ts';

const TARGET_MS = 50;
const places = { webUrl: 'https://github.com', publicUrl: 'https://shiplog.example' };
const headSha = 'f'.repeat(40);
/** Above all that are made with the tenant. */
const NUMBER = 2_000_000;

interface Sizes {
  readonly files: number;
  readonly rounds: number;
}

/**
 * What it takes to say how a large pull request stands: to read the facts, beside a bare reading of its files; and to make
 * words of them, beside turning them into JSON and back.
 */
export async function measureEvaluation(db: Database, { tenantId }: MadeTenant, { files, rounds }: Sizes) {
  const head = { tenantId, repositoryId: 1, headSha };
  await withTenant(db, tenantId, async (trx) => {
    await sql`
      insert into pull_requests (tenant_id, repository_id, number, pull_request_id, title, state, draft, author_id,
        head_ref, head_sha, base_ref, labels, created_at, observed_at, observed_rank, additions, deletions, changed_files)
      values (${tenantId}, 1, ${NUMBER}, ${NUMBER}, 'Change all of it', 'open', false, 1001, 'all', ${headSha}, 'main',
        '{}', now() - interval '6 hours', 'epoch', 1, ${files * 10}, ${files}, ${files})`.execute(trx);
    const read = { files: madeFiles(files), complete: true, headSha, baseRef: 'main', rules: madeRules };
    await recordFiles(trx, { ...head, number: NUMBER }, read);
  });
  const file = { settings: { max_lines: 1_000, code_owner_review: true }, problem: null };
  const asked = { now: new Date(), file, rules: madeRules };
  const times: Record<'reading' | 'bare reading' | 'words' | 'bare words' | 'all', number[]> = {
    reading: [],
    'bare reading': [],
    words: [],
    'bare words': [],
    all: [],
  };
  let length = 0;
  // The first rounds are those of a process that has just started.
  for (let round = -5; round < rounds; round++) {
    const reading = await timed(() => withTenant(db, tenantId, (trx) => readCheckFacts(trx, head, asked)));
    const facts = reading.result;
    if (!facts) throw new Error('the pull request is gone');
    const bareReading = await timed(() => withTenant(db, tenantId, (trx) => bareFiles(tenantId).execute(trx)));
    const words = timedNow(() => render(evaluate(facts), places, facts.now));
    const bareWords = timedNow(() => JSON.parse(JSON.stringify(facts)));
    if (round < 0) continue;
    length = words.result.summary.length;
    times.reading.push(reading.ms);
    times['bare reading'].push(bareReading.ms);
    times.words.push(words.ms);
    times['bare words'].push(bareWords.ms);
    times.all.push(reading.ms + words.ms);
  }
  console.log(
    `words         of ${files} files, ${length} characters: ${figures(times.words)} (target ${TARGET_MS}); ` +
      `JSON of the facts and back ${figures(times['bare words'])}; ratio ${ratio(times['bare words'], times.words)}`,
  );
  console.log(
    `facts         ${figures(times.reading)}; a bare select of the files ${figures(times['bare reading'])}; ` +
      `ratio ${ratio(times['bare reading'], times.reading)}; with the words ${figures(times.all)}`,
  );
}

function bareFiles(tenantId: number) {
  return sql`
    select path, additions, deletions from pull_request_files
    where tenant_id = ${tenantId} and repository_id = 1 and number = ${NUMBER}`;
}

function timedNow<T>(work: () => T): { ms: number; result: T } {
  const started = performance.now();
  const result = work();
  return { ms: performance.now() - started, result };
}

function figures(times: readonly number[]): string {
  return `p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms`;
}

function ratio(bare: readonly number[], full: readonly number[]): string {
  return (percentile(bare, 0.95) / percentile(full, 0.95)).toFixed(2);
}
