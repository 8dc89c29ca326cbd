import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';

/** What a repository's own file may set, too. */
const fileSettings = {
  /** Whether pull requests get a check run at all. */
  enabled: z.boolean(),
  /** The most lines that a pull request may ask to be read; 0: any number. */
  max_lines: z.int().min(0).max(1_000_000),
  /** Whether a code owner must have approved. */
  code_owner_review: z.boolean(),
  /** Whether nothing may be merged while an incident of the repository is open. */
  deployment_freeze: z.boolean(),
};

/** What an organization, or one of its repositories, may set. */
export const checkRunSettingFields = {
  ...fileSettings,
  /** Whether `.github/shiplog.yml` counts. */
  repository_file: z.boolean(),
};

const checkRunSettings = z.strictObject(checkRunSettingFields);
export type CheckRunSettings = z.output<typeof checkRunSettings>;

export const fileSettingsSchema = z.strictObject(fileSettings).partial();
export type FileSettings = z.output<typeof fileSettingsSchema>;

export const settingsChanges = checkRunSettings.partial();
export type SettingsChanges = z.output<typeof settingsChanges>;

/** Policies are off: a check run that nobody asked for never stops anybody. */
export const defaultSettings: CheckRunSettings = {
  enabled: true,
  max_lines: 0,
  code_owner_review: false,
  deployment_freeze: false,
  repository_file: true,
};

/** A repository, or where `repositoryId` is 0 a tenant. */
export interface SettingsPlace {
  readonly tenantId: number;
  readonly repositoryId: number;
}

export interface VersionedSettings {
  readonly settings: CheckRunSettings;
  /** 0: nothing was changed. */
  readonly version: number;
  /** What is set at the place itself. */
  readonly changes: SettingsChanges;
  readonly savedAt: Date | null;
}

/** What is set for the repository, else for the tenant, else the default: setting by setting. */
export async function getSettings(trx: Trx, { tenantId, repositoryId }: SettingsPlace): Promise<VersionedSettings> {
  const { rows } = await sql<{ repository_id: number; settings: unknown; version: number; saved_at: Date }>`
    select distinct on (repository_id) repository_id, settings, version, saved_at from check_run_settings
    where tenant_id = ${tenantId} and repository_id in (0, ${repositoryId})
    order by repository_id, version desc`.execute(trx);
  const changesOf = (id: number) =>
    settingsChanges.parse(rows.find(({ repository_id }) => repository_id === id)?.settings ?? {});
  const changes = changesOf(repositoryId);
  return {
    settings: checkRunSettings.parse({ ...defaultSettings, ...changesOf(0), ...changes }),
    version: Math.max(0, ...rows.map(({ version }) => version)),
    changes,
    savedAt: rows.find(({ repository_id }) => repository_id === repositoryId)?.saved_at ?? null,
  };
}

/** What the repository's own file sets goes before all else, where it may set anything. */
export function withFile(settings: CheckRunSettings, file: FileSettings): CheckRunSettings {
  return settings.repository_file ? checkRunSettings.parse({ ...settings, ...file }) : settings;
}
