import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { problemResponse } from '../problem.ts';

/** More than the largest body that means something; pictures have a limit of their own, below this one. */
const MOST_BYTES = 1024 * 1024;
export const BODY_TOO_LARGE = `The body is over ${MOST_BYTES / 1024 / 1024} MB.`;

const limit = bodyLimit({
  maxSize: MOST_BYTES,
  onError: (c) => problemResponse(c, { status: 413, detail: BODY_TOO_LARGE }),
});

/** Refuses a body before it is read as a whole. */
export const limitBody: MiddlewareHandler = async (c, next) => {
  const { method, headers, url, body } = c.req.raw;
  // The server gives everything but a GET a stream: by their headers a DELETE, say, has none.
  if (!headers.has('content-length') && !headers.has('transfer-encoding')) return next();
  // Of a body in chunks, whose length nobody knows, the middleware makes a request anew, which it can of a true one alone.
  if (body && headers.has('transfer-encoding')) c.req.raw = new Request(url, { method, headers, body, duplex: 'half' });
  return limit(c, next);
};
