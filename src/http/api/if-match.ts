import { PreconditionFailedError } from '../../errors.ts';

/** @throws PreconditionFailedError when what is there is not what the caller has seen */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  const seen = ifMatch?.split(',').map((tagged) => tagged.trim());
  if (!seen || seen.includes('*') || seen.includes(etag)) return;
  throw new PreconditionFailedError('It has changed since you have read it. Read it again.');
}
