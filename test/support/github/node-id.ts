/**
 * GitHub's global ids: a prefix, and in MessagePack a zero, the owner's id where there is one, and the id itself.
 * Such as `PR_kwDO…` for [0, repository, pull request] and `U_kgDO…` for [0, user].
 */
export function nodeId(prefix: string, ...parts: readonly (number | string)[]): string {
  const packed = Buffer.concat([Buffer.from([0x90 + parts.length + 1, 0]), ...parts.map(pack)]);
  return `${prefix}_${packed.toString('base64url')}`;
}

export interface NodeIdParts {
  readonly prefix: string;
  readonly parts: readonly (number | string)[];
}

/** Undefined for what is no id of that kind. */
export function readNodeId(id: string): NodeIdParts | undefined {
  const [, prefix, packed] = /^([A-Z]+)_([\w-]+)$/.exec(id) ?? [];
  if (prefix === undefined || packed === undefined) return undefined;
  const bytes = Buffer.from(packed, 'base64url');
  const parts: (number | string)[] = [];
  for (let at = 2; at < bytes.length; ) {
    const kind = bytes[at];
    if (kind === 0xce) parts.push(bytes.readUInt32BE(at + 1));
    else if (kind === 0xcf) parts.push(Number(bytes.readBigUInt64BE(at + 1)));
    else if (kind === 0xd9) parts.push(bytes.toString('utf8', at + 2, at + 2 + (bytes[at + 1] ?? 0)));
    else return undefined;
    at += kind === 0xce ? 5 : kind === 0xcf ? 9 : 2 + (bytes[at + 1] ?? 0);
  }
  return { prefix, parts };
}

function pack(part: number | string): Buffer {
  if (typeof part === 'string') return Buffer.concat([Buffer.from([0xd9, Buffer.byteLength(part)]), Buffer.from(part)]);
  const bytes = Buffer.alloc(part < 2 ** 32 ? 5 : 9);
  if (part < 2 ** 32) {
    bytes[0] = 0xce;
    bytes.writeUInt32BE(part, 1);
  } else {
    bytes[0] = 0xcf;
    bytes.writeBigUInt64BE(BigInt(part), 1);
  }
  return bytes;
}
