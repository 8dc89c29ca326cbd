import { makeRepository } from '../made-repository.ts';
import { readGit } from '../../src/sync/git-process.ts';
import { percentile, timed } from './timing.ts';

/** What git itself takes to tell of as many commits, of all and of the last hundred, from a clone on this machine. */
export async function measureGit(
  folder: string,
  { commits, rounds }: { commits: number; rounds: number },
): Promise<void> {
  const path = await makeRepository(folder, commits);
  const format = '--format=%H %P %ae %at';
  const all = await timed(() => readGit({ path, args: ['log', format, 'main'] }));
  const times: number[] = [];
  let listed = '';
  for (let round = 0; round < rounds; round++) {
    const last = await timed(() => readGit({ path, args: ['log', format, 'main', '--not', 'main~100'] }));
    times.push(last.ms);
    listed = last.result;
  }
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  console.log(
    `git log       of ${commits} commits: ${(all.ms / 1_000).toFixed(1)} s; of the last ${listed.trim().split('\n').length}: ` +
      `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
  );
}
