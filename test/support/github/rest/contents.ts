import { notFound, Refusal } from '../request.ts';
import { param, repositoryOf, type Route } from './route.ts';

/** As text: whoever asks in another way is told so. */
export const contentRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/contents/{path}',
    permission: 'contents',
    answer: (call) => {
      const text = repositoryOf(call).files.get(param(call, 'path'));
      if (text === undefined) throw notFound();
      if (!call.request.headers.accept?.includes('raw')) throw new Refusal(415, 'The stand-in has raw contents alone.');
      return { status: 200, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' }, text };
    },
  },
];
