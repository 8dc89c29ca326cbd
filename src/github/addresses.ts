/** Where GitHub is: github.com, or a GitHub Enterprise Server. */
export interface GitHubAddresses {
  readonly rest: string;
  readonly graphql: string;
  readonly web: string;
}

export function githubAddresses(host: string | undefined, protocol: 'http' | 'https'): GitHubAddresses {
  if (!host || host === 'github.com') {
    return { rest: 'https://api.github.com', graphql: 'https://api.github.com/graphql', web: 'https://github.com' };
  }
  const web = `${protocol}://${host}`;
  return { rest: `${web}/api/v3`, graphql: `${web}/api/graphql`, web };
}
