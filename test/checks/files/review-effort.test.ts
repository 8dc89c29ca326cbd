import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes } from '../../../src/checks/durations.ts';
import { estimateReview, sortFiles } from '../../../src/checks/files/review-effort.ts';

const kindOf = (path: string, attributes: string | null = null) => {
  const sorted = sortFiles(
    { files: [{ path, additions: 1, deletions: 1 }], complete: true },
    { attributes, codeOwners: null },
  );
  return sorted.read.length > 0 ? 'read' : Object.keys(sorted.leftOut)[0];
};
const effortOf = (lines: number) =>
  estimateReview({ read: [{ path: 'a', additions: lines, deletions: 0 }], leftOut: {} }, true).minutes;

describe('a file', () => {
  it.each([
    ['src/pay.ts', 'read'],
    ['package-lock.json', 'lock'],
    ['web/yarn.lock', 'lock'],
    ['Cargo.lock', 'lock'],
    ['go.sum', 'lock'],
    ['manifest.toml', 'read'],
    ['Manifest.toml', 'lock'],
    ['app/main.pb.go', 'generated'],
    ['web/app.min.js', 'generated'],
    ['web/app.js.map', 'generated'],
    ['src/__generated__/query.ts', 'generated'],
    ['node_modules/a/index.js', 'generated'],
    ['Form.Designer.cs', 'generated'],
    ['vendor/github.com/a/b.go', 'vendored'],
    ['third_party/zlib/a.c', 'vendored'],
    ['web/dist/app.js', 'vendored'],
    ['web/jquery-3.7.1.js', 'vendored'],
    ['deps/a.c', 'vendored'],
    ['src/deps/a.c', 'read'],
    ['src/vendors.ts', 'read'],
    ['.github/workflows/ci.yml', 'read'],
    ['src/clock.ts', 'read'],
    ['src/dist.ts', 'read'],
  ])('%s is %s', (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });

  it.each([
    ['src/pay.ts', '*.ts linguist-generated', 'generated'],
    ['src/pay.ts', 'src/** linguist-vendored=true', 'vendored'],
    ['package-lock.json', 'package-lock.json -linguist-generated', 'read'],
    ['vendor/a.c', 'vendor/** linguist-vendored=false', 'read'],
    ['vendor/a.c', 'vendor/** -linguist-vendored\nvendor/a.c !linguist-vendored', 'vendored'],
  ])('%s with `%s` is %s', (path, attributes, kind) => {
    expect(kindOf(path, attributes)).toBe(kind);
  });
});

describe('an estimate', () => {
  it.each([
    [1, 'up to 1 min'],
    [20, 'about 2 to 5 min'],
    [150, 'about 15 to 30 min'],
    [400, 'about 45 min to 1 h 30 min'],
    [5_000, 'more than 8 h'],
  ])('of %d lines is %s', (lines, said) => {
    expect(minutes(effortOf(lines))).toBe(said);
  });

  it('is a range with what the speeds say in it, and more lines never take less', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(1_000), (lines, more) => {
        const [one, other] = [effortOf(lines), effortOf(lines + more)];
        expect(one.low).toBeLessThanOrEqual(lines * 0.12);
        expect(one.high ?? Infinity).toBeGreaterThanOrEqual(lines * 0.2);
        expect(other.low).toBeGreaterThanOrEqual(one.low);
        expect(other.high ?? Infinity).toBeGreaterThanOrEqual(one.high ?? Infinity);
      }),
    );
  });
});
