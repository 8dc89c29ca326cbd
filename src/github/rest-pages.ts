import { UnexpectedResponseError } from '../errors.ts';
import type { Answer } from './answer.ts';

/**
 * The address of the next page, from the `Link` header.
 * @throws UnexpectedResponseError when it is not GitHub's, where our token has no business
 */
export function nextUrlOf(answer: Answer, restUrl: string): string | undefined {
  const url = /<([^<>]+)>;\s*rel="next"/.exec(answer.headers['link'] ?? '')?.[1];
  if (url === undefined) return undefined;
  if (new URL(url).origin !== new URL(restUrl).origin) {
    throw new UnexpectedResponseError('The Link header points away from GitHub.');
  }
  return url;
}

/** The query of an address, as parameters of its route. */
export function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}
