import { createHash, timingSafeEqual } from 'node:crypto';

/** Tells whether a bearer token is the operator's. */
export type IsOperator = (token: string) => boolean;

/** Compares digests: in constant time, whatever the lengths. Without a configured token nobody is the operator. */
export function createIsOperator(operatorToken: string | undefined): IsOperator {
  if (operatorToken === undefined) return () => false;
  const expected = sha256(operatorToken);
  return (token) => timingSafeEqual(sha256(token), expected);
}

/** @returns the token of an `Authorization: Bearer …` header */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
