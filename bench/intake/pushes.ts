import { createHmac, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { z } from 'zod';

export const BENCH_SECRET = 'the secret of the benchmark';

const examples = z
  .array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }))
  .parse(createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json'));

/** Bodies of distinct pushes, 7 to 8 KB each, as GitHub writes them. */
export function createPushBodies(count: number): Buffer[] {
  const example = examples.find(({ name }) => name === 'push')?.examples[0];
  if (!example) throw new Error('there is no example of a push');
  return Array.from({ length: count }, () => Buffer.from(JSON.stringify(pushLike(example))));
}

function pushLike(example: object) {
  const before = newSha();
  const commits = [commitOf(newSha()), commitOf(newSha())];
  return {
    ...example,
    ref: 'refs/heads/main',
    before,
    after: commits[1]?.id,
    commits,
    head_commit: commits[1],
  };
}

function commitOf(sha: string) {
  const person = { name: 'Mona Lisa', email: 'mona@users.noreply.github.com', username: 'octocat' };
  return {
    id: sha,
    tree_id: newSha(),
    distinct: true,
    message: `Change ${sha.slice(0, 7)}\n\n${randomBytes(16).toString('base64')}`,
    timestamp: '2026-11-02T10:00:00+01:00',
    url: `https://github.com/Codertocat/Hello-World/commit/${sha}`,
    author: person,
    committer: person,
    added: [],
    removed: [],
    modified: [`src/${sha.slice(0, 6)}.ts`],
  };
}

function newSha(): string {
  return randomBytes(20).toString('hex');
}

export interface RequestTemplate {
  readonly bytes: Buffer;
  /** Where the GUID goes. */
  readonly guidAt: number;
}

/** Whole requests, signed in advance: the signature covers the body alone, so that each sending only needs a new GUID. */
export function createRequests(bodies: readonly Buffer[], path: string): RequestTemplate[] {
  return bodies.map((body) => {
    const signature = createHmac('sha256', BENCH_SECRET).update(body).digest('hex');
    const beforeGuid = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: GitHub-Hookshot/0000000\r\naccept: */*\r\nx-github-delivery: `;
    const head = `${beforeGuid}${'0'.repeat(36)}\r\nx-github-event: push\r\nx-hub-signature-256: sha256=${signature}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    return { bytes: Buffer.concat([Buffer.from(head), body]), guidAt: beforeGuid.length };
  });
}
