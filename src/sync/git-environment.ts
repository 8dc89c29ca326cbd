const needed = new Set([
  ...['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR', 'LANG', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
]);

/** What git needs of ours: not the private key and the webhook's secret. */
export function readGitEnvironment(): NodeJS.ProcessEnv {
  const isNeeded = (name: string) => needed.has(name) || name.startsWith('LC_');
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isNeeded(name)));
}
