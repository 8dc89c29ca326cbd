/** What GitHub's built-in roles allow, the least first. */
export const builtInLevels = ['read', 'triage', 'write', 'maintain', 'admin'] as const;
