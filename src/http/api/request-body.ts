import { bodyLimit } from 'hono/body-limit';
import { problemResponse } from '../problem.ts';

/** More than the largest body that means something; pictures have a limit of their own, below this one. */
const MOST_BYTES = 1024 * 1024;
export const BODY_TOO_LARGE = `The body is over ${MOST_BYTES / 1024 / 1024} MB.`;

/** Refuses a body before it is read as a whole. */
export const limitBody = bodyLimit({
  maxSize: MOST_BYTES,
  onError: (c) => problemResponse(c, { status: 413, detail: BODY_TOO_LARGE }),
});
