/**
 * The id that REST knows, out of a global node id, of a thing that GraphQL gives no other. GitHub documents node ids
 * as opaque, so a form that is not one of the two in use is no error: undefined, and REST is asked.
 * `DES_kwDO…` is MessagePack of [0, repository, id]; older servers write base64 of `016:DeploymentStatus123`.
 */
export function findDatabaseId(
  nodeId: string,
  { prefix, type, repositoryId }: { prefix: string; type: string; repositoryId: number },
): number | undefined {
  if (nodeId.startsWith(`${prefix}_`)) {
    const [zero, repository, id] = unpackIntegers(Buffer.from(nodeId.slice(prefix.length + 1), 'base64url'));
    return zero === 0 && repository === repositoryId ? id : undefined;
  }
  const [, name, id] = /^0\d+:(\D+)(\d+)$/.exec(Buffer.from(nodeId, 'base64').toString()) ?? [];
  return name === type ? Number(id) : undefined;
}

/** @returns nothing for what is no MessagePack array of unsigned integers */
function unpackIntegers(packed: Buffer): number[] {
  const [head = 0] = packed;
  const integers: number[] = [];
  let at = 1;
  while (at < packed.length) {
    const kind = packed[at] ?? 0;
    const bytes = WIDTHS[kind] ?? 0;
    if ((kind > 0x7f && bytes === 0) || at + bytes >= packed.length) return [];
    integers.push(bytes === 0 ? kind : readUnsigned(packed.subarray(at + 1, at + 1 + bytes)));
    at += 1 + bytes;
  }
  return head === 0x90 + integers.length ? integers : [];
}

/** How many bytes follow, by MessagePack's marks for unsigned integers. */
const WIDTHS: Readonly<Record<number, number>> = { 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8 };

function readUnsigned(bytes: Buffer): number {
  return Number(BigInt(`0x${bytes.toString('hex')}`));
}
