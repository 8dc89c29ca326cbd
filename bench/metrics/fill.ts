import { connectPool } from '../../db/connection.ts';

/** Blocks of each repository: the first has half of them, the others an equal share of the rest. */
export function shareBlocks(blocks: number, repositories: number): number[] {
  const others = repositories - 1;
  if (others < 1) return [blocks];
  const share = Math.floor(blocks / 2 / others);
  return [blocks - share * others, ...Array.from({ length: others }, () => share)];
}

/** As autovacuum would have, had the rows come one by one. */
export async function vacuum(url: string): Promise<void> {
  const owner = connectPool({ url, max: 1 });
  await owner.query('vacuum (analyze)');
  await owner.end();
}
