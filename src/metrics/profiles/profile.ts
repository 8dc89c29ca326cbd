import type { LeadTimeSettings, ProfiledMetric, SettingsOf } from './settings.ts';

interface ProfiledSettings<M extends ProfiledMetric> {
  readonly settings: M extends 'lead-time' ? LeadTimeSettings : SettingsOf<M>;
  /** Where the tool's code or documentation says so. */
  readonly source: string;
  /** Of settings that another page is the source of. */
  readonly sources?: { readonly [S in keyof SettingsOf<M>]?: string };
}

/** How another tool computes the metrics: settings, each with its source. */
export interface Profile {
  readonly tool: string;
  readonly metrics: { readonly [M in ProfiledMetric]: ProfiledSettings<M> };
  /** What can not be computed as the tool does: said beside each number, and never guessed. */
  readonly limits: readonly string[];
}
