const needed =
  /^(PATH|HOME|XDG_CONFIG_HOME|TMPDIR|LANG|LC_\w+|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy)$/;

/** What git needs of ours: not the private key and the webhook's secret. */
export function readGitEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => needed.test(name)));
}
