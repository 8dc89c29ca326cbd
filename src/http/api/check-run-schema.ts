import { z } from '@hono/zod-openapi';
import { checkRunSettingFields as fields, defaultSettings } from '../../checks/settings.ts';
import { timestamp } from './parameters.ts';

/** What is given is set, and null takes it back. */
export const checkRunPatchSchema = z
  .strictObject({
    enabled: fields.enabled.nullable().optional(),
    max_lines: fields.max_lines.nullable().optional(),
    code_owner_review: fields.code_owner_review.nullable().optional(),
    deployment_freeze: fields.deployment_freeze.nullable().optional(),
    repository_file: fields.repository_file.nullable().optional(),
  })
  .openapi('CheckRunSettingsPatch', { example: { max_lines: 500, deployment_freeze: null } });

const described = z.strictObject({
  enabled: fields.enabled.describe('Whether pull requests get a check run at all.'),
  max_lines: fields.max_lines.describe(
    'The most lines to read that a pull request may have, or its check run fails; 0: any number.',
  ),
  code_owner_review: fields.code_owner_review.describe(
    'Whether the check run fails until a code owner of every changed file that has one has approved.',
  ),
  deployment_freeze: fields.deployment_freeze.describe(
    'Whether the check run fails while an incident of the repository is open; what mends it passes.',
  ),
  repository_file: fields.repository_file.describe(
    "Whether a repository's `.github/shiplog.yml` counts, which goes before what is set here.",
  ),
});

export const checkRunSettingsSchema = z
  .object({
    repository: z.string().nullable().openapi({ description: 'Null: of the organization.' }),
    version: z.int().openapi({ description: '0: nothing was ever set.' }),
    saved_at: timestamp.nullable().openapi({ description: 'Null: nothing was ever set here.' }),
    settings: described.openapi({ description: "What counts here, but for what the repository's own file sets." }),
    changes: z
      .strictObject(fields)
      .partial()
      .openapi({ description: "What is set here; the rest is the organization's, or the default." }),
  })
  .openapi('CheckRunSettings', {
    example: {
      repository: 'acme/shop',
      version: 3,
      saved_at: '2026-03-01T12:30:00.000Z',
      settings: { ...defaultSettings, max_lines: 500 },
      changes: { max_lines: 500 },
    },
  });
