import { describe, expect, it } from 'vitest';
import { findDatabaseId } from '../../src/github/node-id.ts';

const status = { prefix: 'DES', type: 'DeploymentStatus' };

describe('the id within a node id', () => {
  // As public payloads have them: of facebook/react and of tgstation/TerraGov-Marine-Corps.
  it.each([
    ['DES_kwDOAJy2Ks7-XyW-', 10_270_250, 4_267_648_446],
    ['DES_kwDOCXi6sc6AP7_k', 158_907_057, 2_151_661_540],
  ])('is read of %s', (nodeId, repositoryId, id) => {
    expect(findDatabaseId(nodeId, { ...status, repositoryId })).toBe(id);
  });

  it('is read of the older form', () => {
    const nodeId = Buffer.from('016:DeploymentStatus190200441').toString('base64');
    expect(findDatabaseId(nodeId, { ...status, repositoryId: 1 })).toBe(190_200_441);
  });

  it.each([
    ['of another repository', 'DES_kwDOAJy2Ks7-XyW-'],
    ['of another type', 'DE_kwDOAJy2Ks7-XyW-'],
    ['cut off', 'DES_kwDOAJy2Ks7-'],
    ['that is none', 'something else'],
  ])('is unknown %s', (_, nodeId) => {
    expect(findDatabaseId(nodeId, { ...status, repositoryId: 1 })).toBeUndefined();
  });
});
