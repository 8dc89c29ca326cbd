import { z } from '@hono/zod-openapi';
import { plainText } from '../../plain-text.ts';
import { findFaint } from '../../tenancy/contrast.ts';
import { recordOf, readDomain } from '../../tenancy/custom-domain.ts';
import { logoTypes } from '../../tenancy/logo-image.ts';
import type { FoundBranding } from './branding.ts';
import { iso, timestamp } from './parameters.ts';

const color = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, 'is not a colour such as #1f6feb')
  .transform((text) => text.toLowerCase())
  .superRefine((text, context) => {
    const fault = findFaint(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .nullable()
  .optional()
  .openapi({ type: ['string', 'null'], example: '#1f6feb' });

const name = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .refine(...plainText);

const domain = z
  .string()
  .max(253)
  .transform((text, context) => {
    const read = readDomain(text);
    if (read !== undefined) return read;
    context.addIssue({ code: 'custom', message: 'is not a domain such as metrics.acme.com' });
    return z.NEVER;
  })
  .nullable()
  .optional()
  .openapi({ type: ['string', 'null'], example: 'metrics.acme.com' });

export const brandingPatchSchema = z
  .strictObject({
    name: name.nullable().optional(),
    primary_color: color,
    secondary_color: color,
    custom_domain: domain,
  })
  .openapi('BrandingPatch', { example: { name: 'Acme', primary_color: '#1f6feb', secondary_color: null } });

const shownColor = z.string().nullable();
export const logoSchema = z
  .object({
    url: z.string(),
    type: z.enum(logoTypes),
    width: z.int().nullable().openapi({ description: 'In pixels; null of a vector graphic.' }),
    height: z.int().nullable(),
  })
  .nullable();

export const brandingSchema = z
  .object({
    name: z.string().nullable().openapi({ description: "Shown instead of the organization's login." }),
    primary_color: shownColor.openapi({ description: 'Can be seen on a light and on a dark background.' }),
    secondary_color: shownColor,
    logo: logoSchema,
    custom_domain: z
      .object({
        domain: z.string(),
        verified: z.boolean().openapi({ description: 'Whether it is served.' }),
        verified_at: timestamp.nullable(),
        record: z
          .object({ type: z.literal('TXT'), name: z.string(), value: z.string() })
          .openapi({ description: 'What the domain needs in DNS, for as long as it is to be served.' }),
        error: z.string().nullable().openapi({ description: 'What is wrong with the record.' }),
      })
      .nullable(),
  })
  .openapi('Branding', {
    example: {
      name: 'Acme',
      primary_color: '#1f6feb',
      secondary_color: null,
      logo: { url: '/api/v1/orgs/acme/branding/logo', type: 'image/png', width: 256, height: 64 },
      custom_domain: {
        domain: 'metrics.acme.com',
        verified: false,
        verified_at: null,
        record: { type: 'TXT', name: '_shiplog.metrics.acme.com', value: 'shiplog-domain=3q2…' },
        error: 'There is no TXT record _shiplog.metrics.acme.com yet.',
      },
    },
  });

export function presentBranding({ org, branding, domain: claimed }: FoundBranding): z.infer<typeof brandingSchema> {
  const { name: shownName, primary_color, secondary_color, logo } = branding;
  return {
    name: shownName,
    primary_color,
    secondary_color,
    logo: logo && { url: `/api/v1/orgs/${org.login}/branding/logo`, ...logo },
    custom_domain: claimed
      ? {
          domain: claimed.domain,
          verified: claimed.verified_at !== null,
          verified_at: iso(claimed.verified_at),
          record: { type: 'TXT', ...recordOf(claimed) },
          error: claimed.error,
        }
      : null,
  };
}
