import type { Facts } from '../facts/facts.ts';

/** `ping` and `github_app_authorization`: they are known, and say nothing of a tenant. */
export function mapNoFacts(): Facts {
  return {};
}
