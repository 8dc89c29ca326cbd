import { nodeId } from '../node-id.ts';
import type { GitPerson } from '../truth/git-objects.ts';
import type { Person } from '../truth/person.ts';
import type { Node, QueryContext } from './context.ts';

/** An `Actor`; GraphQL calls a bot by its name without `[bot]`. */
export function personNode(person: Person): Node;
export function personNode(person: Person | null | undefined): Node | null;
export function personNode(person: Person | null | undefined): Node | null {
  if (!person) return null;
  const { id, type, name } = person;
  const login = person.login.replace(/\[bot\]$/, '');
  const path = type === 'Bot' ? `/apps/${login}` : `/${login}`;
  return {
    __typename: type,
    id: nodeId(type === 'Bot' ? 'BOT' : 'U', id),
    databaseId: id,
    login,
    name,
    email: '',
    resourcePath: path,
    url: `https://github.com${path}`,
    avatarUrl: `https://avatars.githubusercontent.com/u/${id}?v=4`,
  };
}

export function gitActorNode({ truth }: QueryContext, { name, email, at }: GitPerson): Node {
  const user = truth.findByEmail(email);
  return { name, email, date: at, user: user?.type === 'User' ? personNode(user) : null };
}

const TRAILER = /^co-authored-by:\s*(.+?)\s*<([^<>]+)>\s*$/gim;

/** A commit's author, then those of its `Co-authored-by` trailers. */
export function commitAuthors({ author, message }: { author: GitPerson; message: string }): GitPerson[] {
  const others = [...message.matchAll(TRAILER)].map(([, name = '', email = '']) => ({ name, email, at: author.at }));
  const everyone = [author, ...others];
  return everyone.filter(({ email }, index) => everyone.findIndex((other) => other.email === email) === index);
}
