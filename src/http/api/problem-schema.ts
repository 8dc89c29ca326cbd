import { z } from '@hono/zod-openapi';

export const exampleRequestId = '3f0c6f3e-5d0c-4c0e-9a52-0d2cf8e7b0a5';

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What is wrong, and what to do.' }),
    instance: z.string().openapi({ description: 'The path that was asked for.' }),
    request_id: z.string().openapi({ description: 'Also in `X-Request-Id` and in the log.' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({ description: 'The field: `#/query/…`, `#/path/…` or `#/body/…`.' }),
          detail: z.string(),
        }),
      )
      .optional(),
    limit: z.int().optional().openapi({ description: 'What the plan has room for.' }),
    used: z.int().optional().openapi({ description: 'How much of it is taken.' }),
  })
  .openapi('Problem', {
    description: 'Problem details (RFC 9457).',
    example: {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'The request is not right: see errors.',
      instance: '/api/v1/orgs/acme/commits',
      request_id: exampleRequestId,
      errors: [{ pointer: '#/query/limit', detail: 'Too big: expected number to be <=100' }],
    },
  });
